"""What every section of the draft needs: the timeline, its headline, key facts, and links."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

from render.text import markdown
from render.text.audience import ENGINEERS, Audience, outside, plain, public
from render.text.cited import Cited
from render.text.names import EVIDENCE, PAGE
from render.text.provenance import members
from timeline import present, terms
from timeline.apart import Difference, apart
from timeline.cases.former import CameBack
from timeline.measures.chain import Headline, Point, chain, endpoints, headline
from timeline.measures.keyfacts import MOST, KeyFacts, KeyRow, key_facts
from timeline.model import Evidence, Fact, Timeline
from timeline.order import clock_errors, undetermined_groups
from timeline.references.values import Values
from timeline.response.course import Course
from timeline.response.people import roles_of
from timeline.response.samples import Samples
from timeline.statements import fields

#: How much of a digest is shown.
SHORT = 8
#: End points that every audience is shown, and the rank of what one is not shown.
_MAIN, _NEVER = {terms.MET, "firing", terms.CLEARED, "resolved"}, 9


#: Roles that are called by their two letters.
_COMMANDERS = {"incident commander", "commander", "incident manager", "ic"}


@dataclass(frozen=True)
class Parts:
    """The inputs of a draft, and what is computed from them once."""

    timeline: Timeline
    chart_url: str
    stills: tuple[str, ...]
    file_name: Callable[[str], str]
    audience: Audience = ENGINEERS
    samples: Samples | None = None
    ticket_url: str = ""
    came_back: CameBack | None = None

    @cached_property
    def headline(self) -> Headline:
        """The alert the measures are about."""
        return headline(self.timeline.incident, self.timeline.facts)

    @cached_property
    def points(self) -> dict[str, Point]:
        """The named points of the headline's life."""
        return chain(self.timeline.incident, self.timeline.facts)

    @cached_property
    def course(self) -> Course:
        """The course of the incident; without samples where no payload can be read."""
        return Course(self.timeline, self.points, self.clocks, self.samples or Samples(self.timeline))

    def who(self, actor: str | None) -> str:
        """Return how a person is called in the draft: `IC`, the role, or the pseudonym; nobody is `someone`."""
        roles = roles_of(self.timeline.incident).get(actor or "", ())
        if any(role.casefold() in _COMMANDERS for role in roles):
            return "IC"
        return markdown.escape(roles[0] if roles else actor or "someone")

    @cached_property
    def key(self) -> KeyFacts:
        """The rows of the table."""
        # Where there is no room for every sort, each record is chosen by its own kind.
        linked = self.audience.rows >= MOST
        return key_facts(self.timeline.incident, self.timeline.facts, linked=linked)

    @cached_property
    def rows(self) -> tuple[KeyRow, ...]:
        """The rows of the table that the audience is shown, in display order."""
        if self.audience.rows >= MOST:
            return self.key.rows
        ends = {fact.id: name in _MAIN for name, fact in endpoints(self.points)}
        ranked = sorted((self._rank(row, ends), number, row) for number, row in enumerate(self.key.rows))
        chosen = [one for one in ranked if one[0] < _NEVER][: self.audience.rows]
        return tuple(row for _, _, row in sorted(chosen, key=lambda one: one[1]))

    def _rank(self, row: KeyRow, ends: Mapping[str, bool]) -> int:
        """Return how early a row is taken where there is no room for all: the smaller, the earlier."""
        kind, mine = row.fact.kind, row.fact.kind.startswith(self.audience.kinds)
        if ends.get(row.fact.id):
            return 0
        if mine:
            return 1 if kind.startswith(("incident.", "status.", "deploy.rolled_back")) else 2
        return 3 if row.fact.id in ends and self.audience.identifiers else _NEVER

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """Every fact by its id."""
        return {fact.id: fact for fact in self.timeline.facts}

    @cached_property
    def marks(self) -> dict[str, int]:
        """The number of the group a row belongs to, where the order of rows is not determined."""
        shown = [row.fact for row in self.rows if row.ribbon is None]
        groups = undetermined_groups(shown, self.clocks)
        return {identity: number for number, group in enumerate(groups, 1) for identity in group}

    @cached_property
    def clocks(self) -> dict[str, int]:
        """Each clock's error in ns; a clock that nobody measured may be off by a second."""
        return clock_errors(self.timeline)

    @property
    def provenance(self) -> dict[str, object]:
        """How the timeline was built, as far as it is said."""
        return members(self.timeline)

    def to_page(self, label: str, fact: Fact | None = None) -> str:
        """Return a link to the page, at a fact where one is given; the bare label where none is shown."""
        if not self.audience.page:
            return label
        return markdown.link(label, f"{self.chart_url}{PAGE}{'#' + fact.id if fact else ''}")

    def to_source(self, evidence: tuple[Evidence, ...]) -> str:
        """Return a link to the source's own page, else to the evidence file, else nothing."""
        if not self.audience.sources:
            return ""
        for entry in evidence:
            if entry.link and markdown.is_web(entry.link):
                return markdown.link(markdown.escape(entry.source), entry.link)
        for entry in evidence:
            if entry.payload:
                return markdown.link(
                    markdown.escape(entry.source), f"{EVIDENCE}/{self.file_name(entry.payload)}"
                )
        return ""

    def at(self, fact: Fact) -> str:
        """Return a fact's bounds as a link to it in the page."""
        return self.to_page(present.bounds(fact.earliest, fact.latest), fact)

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """Return a table; without its last column, the link to the data, where no such link is shown."""
        if self.audience.sources:
            return markdown.table(header, rows)
        return markdown.table(header[:-1], [row[:-1] for row in rows])

    def statement(self, fact: Fact) -> str:
        """Return a fact's statement in Markdown, as much of it as the audience is shown."""
        if not self.audience.identifiers:
            return markdown.statement(plain(fact))
        return markdown.statement(fact.statement + (told.words if (told := self.apart.get(fact.id)) else ""))

    @cached_property
    def values(self) -> Values:
        """What references say to the audience."""
        return Values(self.timeline, Cited(self.audience, self.chart_url, self.words))

    @cached_property
    def apart(self) -> dict[str, Difference]:
        """What tells a fact's statement from the same one of another life, by the fact's id."""
        return apart(self.timeline.facts, attrgetter("statement"))

    def quote(self, fact: Fact) -> str:
        """Return `: “...”` with the fact's own words, or nothing where the audience is shown none."""
        if fact.quote is None or not fact.kind.startswith(self.audience.quotes):
            return ""
        return f": {markdown.quoted(self.said(fact, fact.quote.text))}"

    def said(self, fact: Fact, text: str) -> str:
        """Return a fact's own words as the audience is shown them; what a status page said is public already."""
        if self.audience.identifiers:
            return text
        return public(text) if fact.kind == "status.posted" else self.words(text)

    def words(self, text: str) -> str:
        """Return somebody's words, for people outside without hosts, addresses and names of ours."""
        return text if self.audience.identifiers else outside(text, self.inside)

    @cached_property
    def inside(self) -> tuple[str, ...]:
        """Names that people outside are not shown: of sources, services, channels, clocks, people, labels.

        A name that is an ordinary word (`checkout`) stays where a person published it in a sentence.
        """
        incident, facts = self.timeline.incident, self.timeline.facts
        services = () if self.audience.scope else incident.services
        found = {*services, *incident.channels, *(f.source for f in facts), *(f.clock for f in facts)}
        found |= {word for f in facts for word in _named(f)} | {g.source for g in self.timeline.gaps}
        people = {f.actor for f in facts if f.actor}
        kept = {incident.id, *((services or incident.services) if self.audience.scope else ())}
        return tuple(sorted({name for name in found - kept if _telling(name)} | people))


def _named(fact: Fact) -> Iterator[str]:
    """Yield what a fact calls things inside: its subject, and the identifiers that its statement names."""
    subject = fact.subject
    yield from (subject.component or "", subject.service or "", *subject.labels.values())
    yield from (
        str(fact.names[name]) for name, form in fields(fact.kind).items() if not form and name in fact.names
    )


def _telling(name: str) -> bool:
    """Tell whether a name is no ordinary word: it has a sign, a digit, or a capital inside."""
    return len(name) > 2 and (not name.isalpha() or any(c.isupper() for c in name[1:])) and not name.isdigit()
