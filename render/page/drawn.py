"""What is drawn and counted of every fact, in binary columns: the page has all of it before it draws.

Times, kind, source, service, life: what the chart, the filters and the counts need. What rows and the
panel say beside it is in chunks of its own (`render/page/rows.py`). `render/page/assets/data/facts.js` reads them.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from render.page.words import change_of, drawn_words, severity, turn
from timeline.alerts.flaps import Ribbon
from timeline.canonical import Json
from timeline.instant import NS
from timeline.linked.rows import rows as linked_rows
from timeline.model import Fact

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

#: Bits of a fact's flags: its earliest is known, and is not its latest; it surfaced, and not at its latest.
BEGUN, WIDE, SURFACED, LATER = 1, 2, 4, 8
_ID_LENGTH = 18
#: Instants are whole seconds, and multiples of the coarsest of these that holds them all exactly.
_UNITS = (NS, 1_000_000, 1_000, 1)


class Drawn(NamedTuple):
    """The columns' bytes, one after the other; `layout` says of each its name, bytes a value, values, unit.

    `names` holds the texts that columns count from, `ids` the facts' ids as eight bytes each.
    """

    layout: Json
    names: dict[str, Json]
    data: bytes
    ids: bytes


def draw_facts(facts: Sequence[Fact], start: int, ribbons: Sequence[Ribbon]) -> Drawn:
    """Make the columns of facts in display order; seconds count from that of `start` (ns)."""
    import numpy as np

    columns = _Columns()
    _times(columns, facts, start // NS)
    columns.texts("sort", [(f.kind, f.category, turn(f)) for f in facts])
    columns.texts("origin", [_origin(f) for f in facts])
    columns.texts("service", [f.subject.service or f.subject.labels.get("service") or "" for f in facts])
    columns.texts("words", [drawn_words(f) for f in facts])
    columns.texts("severity", [severity(f) for f in facts])
    columns.places("change", [change_of(f) for f in facts])
    columns.texts("actor", [f.actor or "" for f in facts])
    columns.texts("clock", [f.clock for f in facts])
    columns.texts("means", [f.time_means for f in facts])
    columns.texts("panel", [f.panel or "" for f in facts])
    columns.texts("height", [_height(f) for f in facts])
    columns.places("life", [f.thread for f in facts])
    flaps = {fact.id: place for place, ribbon in enumerate(ribbons, 1) for fact in ribbon.facts}
    columns.numbers("flap", np.fromiter((flaps.get(f.id, 0) for f in facts), np.int64, len(facts)))
    places = {fact.id: place for place, fact in enumerate(facts, 1)}
    mains = {also.id: places[row.main.id] for row in linked_rows(facts) for also in row.also}
    columns.numbers("row", np.fromiter((mains.get(f.id, 0) for f in facts), np.int64, len(facts)))
    ids = _ids([f.id for f in facts])
    if ids is None:
        columns.names["ids"] = [f.id for f in facts]
    return Drawn(columns.layout, columns.names, b"".join(columns.parts), ids or b"")


def _ids(ids: Sequence[str]) -> bytes | None:
    """Return ids as eight bytes each; None where one is of another form than all that we make."""
    digits = "".join([one[2:] for one in ids])
    try:
        data = bytes.fromhex(digits)
    except ValueError:
        return None
    regular = data.hex() == digits and all(len(one) == _ID_LENGTH and one.startswith("f-") for one in ids)
    return data if regular else None


def _origin(fact: Fact) -> tuple[str, ...]:
    """Return the fact's source, and other sources that its evidence is from."""
    evidence = fact.evidence
    if len(evidence) == 1 and evidence[0].source == fact.source:
        return (fact.source,)
    return tuple(dict.fromkeys((fact.source, *(one.source for one in evidence))))


def _height(fact: Fact) -> float | None:
    """Return where a crossing is drawn in its panel: at the threshold, else at the value."""
    quantity = fact.quantity
    if quantity is None:
        return None
    height = quantity.threshold if quantity.threshold is not None else quantity.value
    return height if height is not None and math.isfinite(height) else None


class _Columns:
    def __init__(self) -> None:
        self.layout: list[Json] = []
        self.names: dict[str, Json] = {}
        self.parts: list[bytes] = []

    def numbers(self, name: str, values: Numbers, unit: int = 1) -> None:
        """Add numbers that are none below zero, as bytes of one weight together: the high ones are alike."""
        import numpy as np

        width = (int(values.max()).bit_length() + 7) // 8 if len(values) else 0
        self.layout.append([name, width, len(values), unit])
        self.parts.append(values.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :width].T.tobytes())

    def signed(self, name: str, values: Numbers) -> None:
        """Add numbers with their sign folded in."""
        self.numbers(name, (values << 1) ^ (values >> 63))

    def nanos(self, name: str, values: Numbers) -> None:
        """Add nanoseconds, as multiples of the coarsest unit that tells them exactly."""
        unit = next(unit for unit in _UNITS if not (values % unit).any())
        self.numbers(name, values // unit, unit)

    def texts(self, name: str, values: list[Hashable]) -> None:
        """Add each value's place among the different ones, which `names` lists."""
        import numpy as np

        places = {value: place for place, value in enumerate(dict.fromkeys(values))}
        self.names[name] = list(places)
        self.numbers(name, np.fromiter(map(places.__getitem__, values), np.int64, len(values)))

    def places(self, name: str, values: list[Hashable]) -> None:
        """Add which of the different values it is, from 1 on; 0 where it is None."""
        import numpy as np

        places = {value: place for place, value in enumerate(dict.fromkeys((None, *values)))}
        self.numbers(name, np.fromiter(map(places.__getitem__, values), np.int64, len(values)))


def _times(columns: _Columns, facts: Sequence[Fact], origin: int) -> None:
    import numpy as np

    latest = [f.latest for f in facts]
    ends, nanos = _split(latest)
    columns.signed("latest seconds", np.diff(ends - origin, prepend=0))
    columns.nanos("latest nanos", nanos)
    flags = np.zeros(len(facts), dtype=np.int64)
    members = (("earliest", BEGUN, WIDE), ("surfaced", SURFACED, LATER))
    for name, known, other in members:
        values = [getattr(fact, name) for fact in facts]
        differ = [at is not None and at != end for at, end in zip(values, latest, strict=True)]
        seconds, nanos = _split([at for at, differs in zip(values, differ, strict=True) if differs])
        flags |= known * np.array([at is not None for at in values], dtype=np.int64)
        flags |= other * np.array(differ, dtype=np.int64)
        columns.signed(f"{name} seconds", seconds - ends[np.array(differ, dtype=bool)])
        columns.nanos(f"{name} nanos", nanos)
    columns.numbers("flags", flags)


def _split(instants: Sequence[int]) -> tuple[Numbers, Numbers]:
    """Return instants as whole seconds and nanoseconds."""
    import numpy as np

    try:
        whole = np.array(instants, dtype=np.int64)
    except OverflowError:  # a source may tell of the year 1
        whole = np.array(instants, dtype=object)
    return (whole // NS).astype(np.int64), (whole % NS).astype(np.int64)
