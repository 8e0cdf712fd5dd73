"""References: values of facts that a text names instead of repeating them, such as `{f-84285be8f9fc3c57:time}`; pure."""

from timeline.references.grammar import Reference, measure_id, parse, reference

__all__ = ["Reference", "measure_id", "parse", "reference"]
