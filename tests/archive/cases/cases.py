"""Cases for tests of archives."""

from __future__ import annotations

from archive.cases.store import Archive, Found
from timeline.cases.case import Case, Facet, Passage


def case(name: str, *texts: str, start: int = 0, services: tuple[str, ...] = (), severity: str = "") -> Case:
    """Make a case of things that were said."""
    facets = tuple(Facet("service", one) for one in services) + (
        (Facet("severity", severity),) if severity else ()
    )
    passages = tuple(Passage("chat", text, f"f-{n}", n) for n, text in enumerate(texts))
    return Case(name, name, severity, start, None, facets, (Passage("title", name), *passages))


def put(archive: Archive, *cases: Case) -> None:
    """Keep cases, each under a folder of its name."""
    archive.put((f"/w/{one.id}", "1", one) for one in cases)


def ids(found: Found) -> list[str]:
    """Return the incidents that were found."""
    return [hit.kept.id for hit in found.hits]
