"""The rows as a pandas data frame: typed columns, instants to the nanosecond."""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.exports.rows import COLUMNS, INSTANTS, NUMBERS, rows
from timeline.model import Timeline

if TYPE_CHECKING:
    import pandas as pd


def frame(timeline: Timeline) -> pd.DataFrame:
    """Return a row a fact and a gap; text as objects, instants as UTC ns, numbers as floats."""
    import pandas as pd

    table = pd.DataFrame.from_records(list(rows(timeline)), columns=list(COLUMNS)).astype(object)
    for name in INSTANTS:
        # By way of integers: a float, which pandas takes where something is missing, loses digits.
        table[name] = pd.to_datetime(table[name].astype("Int64"), unit="ns", utc=True)
    for name in NUMBERS:
        table[name] = pd.to_numeric(table[name]).astype("float64")
    return table
