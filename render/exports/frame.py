"""The rows as a pandas data frame: typed columns, instants to the nanosecond."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.exports.rows import COLUMNS, INSTANTS, NUMBERS, rows
from timeline.model import Timeline

if TYPE_CHECKING:
    import pandas as pd


def frame(timeline: Timeline) -> pd.DataFrame:
    """Return a row a fact and a gap; text as objects, instants as UTC ns, numbers as floats."""
    import numpy as np
    import pandas as pd

    held = list(rows(timeline))
    columns: dict[str, Any] = {name: np.array([row[name] for row in held], dtype=object) for name in COLUMNS}
    for name in INSTANTS:
        # As integers, with numpy's own mark for none: a float, which pandas takes where something
        # is missing, loses digits.
        none, most = np.iinfo(np.int64).min, np.iinfo(np.int64).max
        known = [none if row[name] is None else row[name] for row in held]
        # Before 1678 and after 2261 there are none: left empty, as text and JSON have them.
        instants = [at if none < at <= most else none for at in known]
        columns[name] = pd.to_datetime(np.array(instants, dtype=np.int64).view("datetime64[ns]"), utc=True)
    for name in NUMBERS:
        columns[name] = np.array([row[name] for row in held], dtype=np.float64)
    return pd.DataFrame(columns, columns=list(COLUMNS))
