"""How references to values are written for the readers of a draft: what an audience is not shown, no reference tells."""

from __future__ import annotations

from collections.abc import Callable

from render.text import markdown
from render.text.audience import ENGINEERS, Audience, public
from render.text.names import PAGE
from timeline.model import Fact, Timeline
from timeline.references.grammar import Reference
from timeline.references.values import Values


class Cited:
    """Values for an audience: links where it has the page, quotations and numbers as far as it is shown them.

    `words` takes out of a text what the audience is not shown (`Parts.words`); `chart_url` is the prefix of links.
    """

    def __init__(
        self, audience: Audience = ENGINEERS, chart_url: str = "", words: Callable[[str], str] = str
    ) -> None:
        self._audience, self._chart_url, self._words = audience, chart_url, words

    def link(self, label: str, anchor: str) -> str:
        """Return a link to an element of the page; words alone for readers without it."""
        if not self._audience.page:
            return f"<span>{label}</span>"
        return markdown.link(label, f"{self._chart_url}{PAGE}#{anchor}")

    def quoted(self, fact: Fact) -> str | None:
        """Return a fact's own words as an inert quotation of at most 140 characters."""
        if fact.quote is None or not fact.kind.startswith(self._audience.quotes):
            return None
        text = fact.quote.text
        if fact.kind == "status.posted":
            return markdown.quoted(text if self._audience.identifiers else public(text))
        return markdown.quoted(self._words(text))

    def measured(self, fact: Fact, value: str) -> str | None:
        """Return a fact's value; readers who are shown no identifiers are shown none of a metric's either."""
        del fact
        return markdown.escape(value) if self._audience.identifiers else None

    def words(self, text: str) -> str:
        """Return a configured text as inert Markdown."""
        return markdown.escape(self._words(text))

    def kept(self, given: Reference, identity: str) -> str:
        """Return the reference as typed; by id alone where a name may be one of ours."""
        if self._audience.identifiers or not given.named:
            return given.text
        return f"{{{identity}}}"


def engineers(timeline: Timeline, chart_url: str = "") -> Values:
    """Return the values of a timeline for those who have all of it."""
    return Values(timeline, Cited(ENGINEERS, chart_url))
