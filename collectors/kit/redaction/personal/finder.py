"""Where data of persons stands in bytes, by kind."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator

from collectors.kit.redaction.assigned import Hit
from collectors.kit.redaction.marks import Span
from collectors.kit.redaction.patterns import Pattern, compiled
from collectors.kit.redaction.personal import addresses, numbers, phones
from collectors.kit.redaction.personal.members import Strings, kept
from collectors.kit.redaction.views import View, views
from timeline.errors import MissingExtraError, UsageError

_FINDERS: dict[str, Callable[[bytes], Iterator[Hit]]] = {
    "email": addresses.emails,
    "ip": addresses.ips,
    "iban": numbers.ibans,
    "card": numbers.cards,
    "national_id": numbers.national_ids,
    "imei": numbers.imeis,
    "birth_date": numbers.birth_dates,
}
#: What may be taken out.
KINDS = (*_FINDERS, "phone")
_PART, _SHARED, _EDGE = 64 * 1024, 2048, 512  # bytes of a part, that two share, and that are the other's
#: Nothing of a person is in text that has neither.
_TELLING = compiled(rb"@|%40|\\u0040|&#|[0-9]|:")


class Personal:
    """Finds data of persons of the chosen kinds; national phone numbers are those of `regions` (`DE`)."""

    def __init__(self, kinds: Iterable[str], regions: Iterable[str] = ()) -> None:
        try:
            import phonenumbers
            import stdnum  # noqa: F401 - the same extra
        except ImportError as err:
            raise MissingExtraError("`redact_personal`", "personal") from err
        self.regions = tuple(regions)
        for region in self.regions:
            if region not in phonenumbers.SUPPORTED_REGIONS:
                raise UsageError(f"phone_regions: {region!r} is no region; write it as ISO 3166 does: DE, GB")
        chosen = set(kinds)
        self._finders = [finder for kind, finder in _FINDERS.items() if kind in chosen]
        if "phone" in chosen:
            self._finders.append(lambda text: phones.phones(text, self.regions))

    def spans(self, data: bytes, members: Pattern | None = None) -> Iterator[Span]:
        """Yield what is of persons in `data`; not within what `members` matches, which names people."""
        if not _TELLING.search(data):
            return
        identities, strings = kept(data, members), Strings(data)
        if identities == [(0, len(data))]:
            return
        for start in range(0, len(data), _PART - _SHARED):
            end = min(len(data), start + _PART)
            for view in views(data, start, end):
                yield from self._of_view(data, view, start, end, strings, identities)
            if end == len(data):
                break

    def _of_view(
        self, data: bytes, view: View, start: int, end: int, strings: Strings, identities: list[tuple[int, int]]
    ) -> Iterator[Span]:  # fmt: skip
        for finder in self._finders:
            for hit in finder(view.text):
                first, last = view.start(hit.start), view.end(hit.end)
                if (start and first < start + _EDGE) or (end < len(data) and last > end - _EDGE):
                    continue  # whole in the next part, or the one before
                if _within(identities, first, last):
                    continue
                yield Span(first, last, hit.kind, strings.quote(first, last))


def _within(spans: list[tuple[int, int]], first: int, last: int) -> bool:
    index = bisect_right(spans, first, key=lambda span: span[0]) - 1
    return index >= 0 and last <= spans[index][1]
