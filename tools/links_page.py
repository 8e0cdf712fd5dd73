"""The page of the rules by which records of one event are linked."""

from __future__ import annotations

from collections.abc import Iterable

from timeline.instant import MINUTE
from timeline.linked.link import MOST
from timeline.linked.rules import NEAR, RULES


def linked() -> str:
    """Return the page of the rules by which records of one event are linked."""
    rows = "".join(
        f"| {rule.name} | {_kinds_of(rule.left)} | {_kinds_of(rule.right)} | {rule.says} |\n"
        for rule in RULES
    )
    return _LINKED.format(rows=rows, near=NEAR // MINUTE, most=MOST)


def _kinds_of(kinds: Iterable[str]) -> str:
    return ", ".join(f"`{kind}`" for kind in sorted(kinds))


_LINKED = """# Records of one event

Made from the rules by `python tools/reference.py`. One event is often told by several records: an alert by the monitoring system and by the pager, a deploy by the run of a
pipeline, by the forge and by a bot. They are *linked*, never merged: each stays a fact as its source told it, and `related` of both names the other and
the rule. Links are no part of what a fact says: reading one more source changes no digest that was cited or signed off.

A rule looks at two facts and at nothing else: at a key that both carry whole, at their kinds, at their bounds. Alike words link nothing. So links go both
ways, do not depend on the order of reading, and one more source takes none away. A key that more than {most} facts of a side share - within {near} minutes, where the rule
asks for one moment - is of no single event, and links nothing.

| rule | of | and | where |
|---|---|---|---|
{rows}
`run`, `fingerprint`, `alert_key`, `chain`, `event`, `links` and `commit` are labels of a fact's subject, which collectors set as their source gives them. Two facts of one thread are steps of one
life, and are not linked.

**Rows.** The table of the page and of the draft shows linked facts of one moment - bounds that meet or are less than {near} minutes apart - as one row, which unfolds: the
deploy, alert or incident, then the others. A merge that was deployed an hour later is linked, and has a row of its own. A record of
two events stands with the one that most of its ties lead to, of equals the nearest. Two steps of one life never
share a row, nor does the draft hide an end of a measure.
"""
