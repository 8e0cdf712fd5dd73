"""References: values of facts that a text names instead of repeating them, such as `{f-84285be8f9fc3c57:time}`; pure."""

from timeline.references.citing import cite
from timeline.references.filling import fill
from timeline.references.grammar import CITATION, Reference, measure_id, parse, reference
from timeline.references.names import UnknownReferenceError
from timeline.references.values import Values

__all__ = [
    "CITATION",
    "Reference",
    "UnknownReferenceError",
    "Values",
    "cite",
    "fill",
    "measure_id",
    "parse",
    "reference",
]
