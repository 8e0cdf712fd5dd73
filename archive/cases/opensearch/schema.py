"""How cases lie in an index: fields, how words are taken apart, and the version of both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

#: Raised with every change of the fields or of how words are taken apart.
VERSION = 1
MADE_BY = "incident-timeline"
#: A match counts so much more in the title and in what people concluded than in what was recorded.
WEIGHTS = {"title": 8, "concluded": 3, "recorded": 1}
#: The longest value that is searched for as a whole; a term of the engine has 32,766 bytes at most.
LONGEST_VALUE = 8_191

_TEXT = {"type": "text", "analyzer": "words", "index_options": "offsets"}
_NAME = {"type": "keyword", "ignore_above": LONGEST_VALUE}
_BYTES = {"type": "binary", "doc_values": True}
_FIELDS: dict[str, Any] = {
    "owner": {"type": "keyword"},  # the name of the archive that put it there
    "folder": {"type": "keyword"},
    "stamp": {"type": "keyword", "index": False},
    "excluded": {"type": "boolean"},
    "start": {"type": "long"},  # ns since 1970 UTC
    "head": _BYTES,  # JSON: id, title, severity, start, end
    "facet": {**_NAME, "fields": {"folded": {**_NAME, "normalizer": "folded"}}},  # `name=value`
    **dict.fromkeys(WEIGHTS, _TEXT),  # a passage a value
    "places": _BYTES,  # JSON: section, reference, time and digest of each passage
    "details": _BYTES,  # JSON: `timeline.cases.details`
}
#: As the file's: at all that is no letter or digit, whatever the case and accents, endings cut off.
_ANALYSIS = {
    "tokenizer": {
        "words": {"type": "char_group", "tokenize_on_chars": ["whitespace", "punctuation", "symbol"]}
    },
    "analyzer": {
        "words": {
            "type": "custom",
            "tokenizer": "words",
            "filter": ["lowercase", "asciifolding", "porter_stem"],
        }
    },
    "normalizer": {"folded": {"type": "custom", "filter": ["lowercase"]}},
}
_SETTINGS = {
    "number_of_shards": 1,  # tens of thousands of incidents are some GiB at most
    "auto_expand_replicas": "0-1",  # a second copy as soon as there is a second node
    "analysis": _ANALYSIS,
    "highlight": {"max_analyzed_offset": 100_000_000},
}


class Schema(NamedTuple):
    """A version of an index, and what it is made of."""

    version: int = VERSION
    fields: Mapping[str, Any] = _FIELDS

    @property
    def body(self) -> dict[str, Any]:
        """What an index is made with."""
        meta = {"made_by": MADE_BY, "version": self.version}
        return {
            "settings": {"index": _SETTINGS},
            "mappings": {"dynamic": "strict", "_meta": meta, "properties": dict(self.fields)},
        }

    def fits(self, properties: Mapping[str, Any]) -> bool:
        """Tell whether the fields of an index are those of this version."""
        return set(properties) == set(self.fields) and all(
            properties[name].get("type") == field["type"] for name, field in self.fields.items()
        )


SCHEMA = Schema()
