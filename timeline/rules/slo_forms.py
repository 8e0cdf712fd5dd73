"""What the forms of service level objectives have in common: shares, windows in queries, what is checked."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from timeline.rules import fields
from timeline.rules.fields import expression, mapping
from timeline.rules.promtext import parse
from timeline.rules.slo_model import WINDOW, Objective, over
from timeline.rules.thresholds import not_read

Documents = Sequence[Mapping[str, Any]]
_PLACE = re.compile(r"\{\{-?\s*\.window\s*-?\}\}")


def checked(objective: Objective) -> Objective:
    """Refuse an objective whose target is no share, or whose indicator is no PromQL."""
    if not 0 < objective.target < 1:
        return objective._replace(indicator=None, refused="its target is not between 0 and 100 %")
    made = objective.indicator
    if made is not None:
        texts = [made.share] if made.share else [made.errors, made.total]
        try:
            for text in texts:
                parse(over(text, 300))
        except ValueError as err:
            return objective._replace(indicator=None, refused=not_read(err))
    return objective


def share(percent: Any) -> float:
    """Return a percentage as a share; NaN where it is no number."""
    return float(f"{number(percent) / 100:.12g}")


def number(value: Any) -> float:
    """Return a finite number; NaN where it is none."""
    found = fields.number(value)
    return math.nan if found is None else found


def placed(query: str) -> str:
    """Put our own mark where a query's template has the window."""
    return _PLACE.sub(lambda _: WINDOW, query)


def query(held: Mapping[str, Any], name: str) -> str:
    """Return the query under a name, our own mark where its window goes; empty where there is none."""
    return placed(expression(held.get(name)))


def is_true(value: Any) -> bool:
    """Tell whether a text, as scalars are read, is YAML's `true`."""
    return str(value).lower() == "true"


def name_of(document: Mapping[str, Any]) -> str:
    """Return the name in a document's metadata."""
    return str(mapping(document.get("metadata")).get("name") or "")
