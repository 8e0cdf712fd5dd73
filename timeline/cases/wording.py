"""Why incidents are alike, in words."""

from __future__ import annotations

from timeline import present
from timeline.cases.similarity import Aspect, Reason

_SAME: dict[Aspect, str] = {
    "alert": "the same alert {}", "signature": "the same signature: {}", "changed": "changed in both: {}",
    "service": "the same service {}", "factor": "the same factor: {}", "mode": "the same failure mode: {}",
}  # fmt: skip
_NEAR: dict[Aspect, str] = {
    "signature": "a signature that is alike: {}",
    "factor": "a factor that is alike: {}",
}


def words(reason: Reason, incidents: int) -> str:
    """Return a reason as a phrase, with how many of so many incidents have it; what the other one has stands in it."""
    if reason.aspect == "order":
        return f"first events in one order: {reason.value} of {present.count(reason.of, 'kind')}"
    near = reason.aspect in _NEAR and not _is_same(reason)
    form = (_NEAR if near else _SAME)[reason.aspect]
    return f"{form.format(reason.other or reason.value)} (in {reason.of} of {present.count(incidents, 'incident')})"


def thing(aspect: Aspect, value: str) -> str:
    """Return what a thing is called: `alert HighErrorRate`."""
    return f"{'failure mode' if aspect == 'mode' else 'change of' if aspect == 'changed' else aspect} {value}"


def _is_same(reason: Reason) -> bool:
    from timeline.cases.features import template

    return not reason.other or template(reason.other) == template(reason.value)
