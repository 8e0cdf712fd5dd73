"""Parquet: the rows with typed columns; instants keep their nanoseconds."""

from __future__ import annotations

import io

from render.exports.frame import frame
from render.exports.rows import COLUMNS, INSTANTS, NUMBERS
from timeline.errors import MissingExtraError
from timeline.model import Timeline


def to_parquet(timeline: Timeline) -> bytes:
    """Return one table; raise MissingExtraError where pyarrow is not installed."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as err:
        raise MissingExtraError("Parquet", "parquet") from err
    types = dict.fromkeys(COLUMNS, pa.string())
    types |= dict.fromkeys(INSTANTS, pa.timestamp("ns", tz="UTC")) | dict.fromkeys(NUMBERS, pa.float64())
    schema = pa.schema(
        [pa.field(name, types[name]) for name in COLUMNS],
        metadata={"incident": timeline.incident.id, "timeline_sha256": timeline.digest},
    )
    table = pa.Table.from_pandas(frame(timeline), schema=schema, preserve_index=False)
    table = table.replace_schema_metadata(schema.metadata)  # not pandas' own, which names its version
    sink = io.BytesIO()
    parquet.write_table(table, sink, compression="zstd")
    return sink.getvalue()
