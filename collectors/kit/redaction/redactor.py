"""The redactor of a build: knows the sources' own credentials, and counts what it took out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property, partial

from collectors.kit.redaction import blobs, own
from collectors.kit.redaction.marks import Span, mark, marked
from collectors.kit.redaction.patterns import Match, Pattern, compiled
from collectors.kit.redaction.personal import Personal
from collectors.kit.redaction.search import secrets
from timeline.canonical import Json

_OWN = "own_credential"


class Redactor:
    """Replaces secrets in bytes before they are stored or shown."""

    def __init__(self, personal: Personal | None = None) -> None:
        self._personal = personal
        self._own: set[str] = set()
        self._words: set[str] = set()

    def add(self, secret: str) -> str:
        """Remember a secret of the client; return it unchanged.

        One that is also an ordinary word is redacted only where something names it a secret: elsewhere
        nothing tells that it is one, and replacing it would break what a source says.
        """
        for one in {secret, secret.partition(":")[2]} - {""}:
            (self._words if own.is_word(one) else self._own).add(one)
        self.__dict__.pop("_known", None)
        self.__dict__.pop("_named", None)
        return secret

    @cached_property
    def _known(self) -> Pattern | None:
        longest = sorted(self._own, key=lambda one: (-len(one), one))
        return compiled(b"|".join(map(own.anywhere, longest))) if longest else None

    @cached_property
    def _named(self) -> list[tuple[str, Pattern]]:
        return [(word, own.named(word)) for word in sorted(self._words, key=lambda one: (-len(one), one))]

    def redact(self, data: bytes, counts: Counter[str] | None = None, people: Pattern | None = None) -> bytes:
        """Return `data` with every secret replaced by a mark of its kind; count them by kind.

        With data of persons, where that is taken out: not in members that name them (`people`).
        """
        counts = Counter() if counts is None else counts
        return self._redacted(data, counts, blobs.Budget(), 0, people)

    def _redacted(
        self, data: bytes, counts: Counter[str], budget: blobs.Budget, depth: int, people: Pattern | None
    ) -> bytes:
        if depth and not blobs.is_text(data):
            return self._without_own(data, counts)  # a picture, say: what looks like a token there is none
        if depth < blobs.DEPTH:
            inner = partial(self._redacted, counts=counts, budget=budget, depth=depth + 1, people=people)
            data = blobs.within(data, inner, budget, partial(_refused, counts))
        data = self._without_own(data, counts)
        data = marked(data, secrets(data), counts)
        return marked(data, self._personal.spans(data, people), counts) if self._personal else data

    def _without_own(self, data: bytes, counts: Counter[str]) -> bytes:
        if self._known:
            data = marked(data, (Span(m.start(), m.end(), _OWN) for m in self._known.finditer(data)), counts)
        for _, pattern in self._named:
            spans = [_word(match) for match in pattern.finditer(data) if not own.goes_on(data, match.end())]
            data = marked(data, spans, counts)
        return data

    def redact_text(self, text: str) -> str:
        """Return `text` redacted (for messages)."""
        return self.redact(text.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")

    def redact_request(self, value: Json) -> Json:
        """Return a canonical request with its texts redacted; it is the same where nothing was to redact.

        A name tells no secret there: requests are made of options and of redacted answers, and a query
        for `secret="a"` must not look like one for `secret="b"`.
        """
        if isinstance(value, str):
            data = value.encode("utf-8", "surrogatepass")
            counts = Counter[str]()
            known = self._without_own(data, counts)
            redacted = marked(known, secrets(known, named=False), counts)
            return value if redacted == data else redacted.decode("utf-8", "replace")
        if isinstance(value, Mapping):
            return {name: self.redact_request(item) for name, item in value.items()}
        return [self.redact_request(item) for item in value] if isinstance(value, list | tuple) else value


def _refused(counts: Counter[str]) -> bytes:
    counts[blobs.UNREAD] += 1
    return mark(blobs.UNREAD)


def _word(match: Match) -> Span:
    """Return the span of a word behind its name, with the name's quotes where it has none (`"key": 1234567`)."""
    name = match[1].rstrip()
    quote = b""
    if name[-1:] in {b":", b"="}:
        head = name[:-1].rstrip()
        if head[-1:] in {b'"', b"'"}:
            quote = head[len(head[:-1].rstrip(b"\\")) :]
    return Span(match.start(2), match.end(2), _OWN, quote)
