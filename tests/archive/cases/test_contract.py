"""What every archive of cases does: held against a search that reads everything."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.cases.sqlite import SqliteArchive
from archive.cases.store import Archive
from archive.database import DatabaseError
from tests.archive.cases.cases import case, ids, put
from tests.archive.cases.opensearch.index import index_of
from tests.servers.opensearch import OpenSearch
from timeline.cases.case import SECTIONS, Case, Facet, Passage
from timeline.cases.course import Course, Done, Span
from timeline.cases.details import Details
from timeline.cases.features import Features
from timeline.cases.query import Query, Term, terms

DAY = 86_400 * 10**9


@pytest.fixture(params=["sqlite", "opensearch2", "opensearch3"])
def archive(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Archive]:
    if request.param == "sqlite":
        file = SqliteArchive(tmp_path / "archive.db")
        yield file
        file.close()
    else:
        with index_of(request.getfixturevalue(request.param)) as made:
            yield made


def test_all_words_of_one_case_wherever_they_stand(archive: Archive) -> None:
    put(
        archive,
        case("INC-1", "the connection was refused", "the pool is empty"),
        case("INC-2", "connections of the pools", start=DAY),
        case("INC-3", "a connection"),
    )
    found = archive.search(Query(terms("connection pool")))
    assert (set(ids(found)), found.whole, found.total) == ({"INC-1", "INC-2"}, True, 2)
    assert archive.search(Query(terms("refused pools connection"))).hits[0].kept.id == "INC-1"
    assert ids(archive.search(Query(terms('"connection was"')))) == ["INC-1"]
    assert ids(archive.search(Query(terms("refus*")))) == ["INC-1"]
    assert ids(archive.search(Query(terms("pool is em", typing=True)))) == ["INC-1"]


@pytest.mark.parametrize(
    "word", ["investigation", "connections", "refused", "authentication", "queries", "retrying"]
)
def test_each_letter_typed_keeps_what_the_word_is_in(archive: Archive, word: str) -> None:
    put(archive, case("INC-1", f"the {word} of it"), case("INC-2", "nothing of the kind"))
    for end in range(3, len(word) + 1):
        assert ids(archive.search(Query(terms(word[:end], typing=True)))) == ["INC-1"], word[:end]
        assert ids(archive.search(Query(terms(f"{word[:end]}*")))) == ["INC-1"], word[:end]


def test_without_a_case_that_has_all_words_those_with_most_are_given_and_it_is_said(archive: Archive) -> None:
    put(archive, case("INC-1", "pool empty"), case("INC-2", "pool"))
    found = archive.search(Query(terms("pool empty nowhere")))
    assert (ids(found), found.whole, found.hits[0].terms) == (["INC-1"], False, 2)
    nothing = archive.search(Query(terms("nowhere")))
    assert (nothing.hits, nothing.total) == ((), 0)


def test_excerpts_say_where_and_mark_what_matched(archive: Archive) -> None:
    put(archive, case("INC-1", "Every Connection of \x02orders\x03 is in use"))
    (excerpt,) = archive.search(Query(terms("connections orders"))).hits[0].excerpts
    assert (excerpt.section, excerpt.reference, excerpt.at) == ("chat", "f-0", 0)
    assert [excerpt.text[a:b] for a, b in excerpt.marks] == ["Connection", "orders"]


def test_details_of_all_cases_come_back_as_they_were(archive: Archive) -> None:
    course = Course(
        (Span("time to mitigate", -0.5, 12.000000001),),
        (Done("lesson", "Look", "L1"),),
        ("https://x.example",),
    )
    details = Details(Features(alerts=("PoolEmpty", "Größe \u2028"), kinds=("alert.firing",)), course)
    put(archive, case("INC-1")._replace(details=details), case("INC-2", start=DAY))
    assert [(kept.id, one) for kept, one in archive.details()] == [("INC-2", Details()), ("INC-1", details)]


def test_facets_choose_and_are_counted(archive: Archive) -> None:
    put(
        archive, case("INC-1", services=("checkout", "payments"), severity="SEV1"), case("INC-2", services=("checkout",), start=DAY),
        case("INC-3", start=2 * DAY),
    )  # fmt: skip
    found = archive.search(Query(facets=(Facet("service", "Checkout"),)), counted=True)
    assert (ids(found), found.counts["service"]) == (["INC-2", "INC-1"], {"checkout": 2, "payments": 1})
    assert ids(archive.search(Query(facets=(Facet("service", "checkout"), Facet("severity", "SEV1"))))) == [
        "INC-1"
    ]
    either = (Facet("service", "payments"), Facet("service", "checkout"))
    assert ids(archive.search(Query(facets=either))) == ["INC-2", "INC-1"]
    assert ids(archive.search(Query(since=DAY, until=2 * DAY))) == ["INC-2"]
    assert archive.search(Query(), most=1).total == 3
    assert archive.chosen(Query(facets=either, since=DAY)) == {"/w/INC-2"}
    assert archive.chosen(Query(until=DAY)) == {"/w/INC-1"}
    assert len(archive.chosen(Query())) == 3


def test_a_case_is_there_once_and_is_what_it_was_last(archive: Archive) -> None:
    put(archive, case("INC-1", "alpha"))
    put(archive, case("INC-1", "beta"), case("INC-2", "alpha"))
    assert ids(archive.search(Query(terms("alpha")))) == ["INC-2"]
    archive.remove(["/w/INC-2", "/w/none"])
    assert [one.id for one in archive.kept()] == ["INC-1"]
    assert archive.search(Query(terms("alpha"))).hits == ()
    archive.exclude(["/w/INC-1"])
    assert archive.kept() == []
    assert archive.excluded() == {"/w/INC-1"}
    put(archive, case("INC-1"))
    assert archive.excluded() == frozenset()


def test_what_fails_in_the_middle_leaves_all_as_it_was(archive: Archive) -> None:
    def broken() -> Iterator[tuple[str, str, Case]]:
        yield "/w/INC-9", "1", case("INC-9", "alpha")
        raise OSError

    with pytest.raises(OSError):
        archive.put(broken())
    assert archive.kept() == []
    assert archive.search(Query(terms("alpha"))).hits == ()


WORDS = st.sampled_from(
    [
        "pool",
        "pools",
        "café",
        "cafe",
        "a1",
        "b.c",
        "x-y",
        "NULL",
        "AND",
        "or*",
        '"',
        "(",
        "ü",
        "日本",
        "^x",
        "near",
    ]
)
TEXTS = st.lists(st.lists(WORDS, max_size=5).map(" ".join), max_size=4)


def stem(word: str) -> str:
    """What the index takes two words for one by, as far as the words above go."""
    folded = word.casefold().replace("é", "e").replace("ü", "u")
    return folded.removesuffix("s") if folded == "pools" else folded


def tokens(text: str) -> list[str]:
    apart = "".join(c if c.isalnum() else " " for c in text)
    return [stem(word) for word in apart.split()]


def has(texts: list[str], term: Term) -> bool:
    wanted = tokens(term.text)
    return any(
        wanted == there[at : at + len(wanted)] or (
            term.prefix and wanted[:-1] == there[at : at + len(wanted) - 1]
            and "".join(there[at + len(wanted) - 1 : at + len(wanted)]).startswith(wanted[-1])
        )
        for text in texts for there in [tokens(text)] for at in range(len(there))
    )  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Archive]:
    made = SqliteArchive(tmp_path / "archive.db")
    yield made
    made.close()


@pytest.fixture
def server(opensearch2: OpenSearch) -> Iterator[Archive]:
    with index_of(opensearch2) as made:
        yield made


def check(archive: Archive, cases: list[list[str]], asked: str) -> None:
    """Hold a search against one that reads everything."""
    archive.remove([one.folder for one in archive.kept()])
    put(archive, *(case(f"I{n}", *texts) for n, texts in enumerate(cases)))
    wanted = [term for term in terms(asked) if tokens(term.text)]
    if not wanted or len(wanted) != len(terms(asked)):
        return
    counts = {f"I{n}": sum(has([f"I{n}", *texts], term) for term in wanted) for n, texts in enumerate(cases)}
    best = max(counts.values(), default=0)
    found = archive.search(Query(terms(asked)), most=100)
    assert set(ids(found)) == {name for name, count in counts.items() if count == best and best}
    assert found.whole == (best in {0, len(wanted)})
    assert archive.chosen(Query(terms(asked))) == {
        f"/w/{name}" for name, count in counts.items() if count == len(wanted)
    }


SHARED = [HealthCheck.function_scoped_fixture]
CASES = st.lists(TEXTS, max_size=5)
ASKED = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
TYPED = st.text(alphabet=string.printable + "日ü\x00\x02\u2028", max_size=60)


@settings(max_examples=150, deadline=None, suppress_health_check=SHARED)
@given(cases=CASES, asked=ASKED)
def test_it_finds_what_reading_everything_finds(file: Archive, cases: list[list[str]], asked: str) -> None:
    check(file, cases, asked)


@settings(max_examples=30, deadline=None, suppress_health_check=SHARED)
@given(cases=CASES, asked=ASKED)
def test_a_server_finds_what_reading_everything_finds(
    server: Archive, cases: list[list[str]], asked: str
) -> None:
    check(server, cases, asked)


@settings(max_examples=200, deadline=None, suppress_health_check=SHARED)
@given(text=TYPED)
def test_nothing_typed_is_an_error_or_an_operator(file: Archive, text: str) -> None:
    if len(text.split()) <= 32:
        file.search(Query(terms(text)), counted=True)


@settings(max_examples=60, deadline=None, suppress_health_check=SHARED)
@given(text=TYPED)
def test_nothing_typed_is_an_error_or_an_operator_of_a_server(server: Archive, text: str) -> None:
    if len(text.split()) <= 32:
        server.search(Query(terms(text)), counted=True)


def test_every_section_has_its_place(archive: Archive) -> None:
    passages = tuple(Passage(name, f"word{n}") for n, name in enumerate(SECTIONS))
    archive.put([("/w/a", "1", Case("A", "A", "", None, None, (), passages))])
    for n, name in enumerate(SECTIONS):
        assert archive.search(Query(terms(f"word{n}"))).hits[0].excerpts[0].section == name


def test_a_file_that_is_none_of_ours_is_told(tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_text("no database at all, and long enough to be seen as none" * 40)
    with pytest.raises(DatabaseError, match="remove the file"):
        SqliteArchive(tmp_path / "archive.db")
