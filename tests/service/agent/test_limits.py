"""Answers are capped and paged; what is not there, or is no question, is said in words and opens nothing."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.agent import resources
from service.agent.paging import MOST_BYTES, ROOM, json_of
from service.agent.shelf import Folders
from service.agent.tools import TOOLS, Caller, RefusedError, answer
from tests.render.timeline_fixture import INCIDENT, WINDOW, assemble
from tests.service.web.running import write_built
from tests.timeline.strategies import make
from timeline.errors import TimelineError
from timeline.instant import NS
from timeline.model import Evidence, Fact, Quote, Subject, Timeline, gap

MANY = 3_000
BACKSLASHES = "\\" * 900


def wide(number: int) -> Fact:
    """Make a fact that is as large as facts become: a long quote of wide characters, labels, evidence."""
    at = WINDOW.start + number * NS
    made = make(number, kind="chat.message", earliest=at, latest=at, source="chat")
    labels = {f"label-{n}": '\\"' * 400 for n in range(80)} if number % 100 == 0 else {}
    return made.replace(
        quote=Quote(text="語" * (4_000 if number % 7 == 0 else 30), truncated=number % 7 == 0), surfaced=at,
        subject=Subject(service="checkout", labels=labels),
        evidence=tuple(Evidence(source="chat", query='"' * 5_000, pointer=f"/{n}") for n in range(60 if labels else 1)),
    )  # fmt: skip


def large() -> Timeline:
    gaps = [
        gap(
            "chat",
            "partial",
            WINDOW.start + n * NS,
            WINDOW.start + (n + 1) * NS,
            f"{n}: {BACKSLASHES}",
            missing='"' * 900,
        )
        for n in range(0, 400, 2)
    ]
    made = assemble(INCIDENT, WINDOW, [make("one")], gaps)
    return made.replace(facts=tuple(wide(n) for n in range(MANY)))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    from timeline.document import dump, load

    folder = tmp_path_factory.mktemp("large") / "INC-42"
    write_built(folder, assemble(INCIDENT, WINDOW, [make("one")]), [])
    (folder / "timeline.json").write_bytes(dump(large()))
    assert len(load((folder / "timeline.json").read_bytes()).facts) == MANY
    return Folders([folder], None)


def ask(shelf: Folders, tool: str, **arguments: Any) -> Any:
    text = json_of(answer(shelf, tool, arguments, Caller()))
    assert len(text.encode()) <= MOST_BYTES
    return json.loads(text)


@pytest.mark.parametrize("limit", [1, 7, 200])
def test_pages_hold_every_fact_once_and_in_order(shelf: Folders, limit: int) -> None:
    seen: list[str] = []
    cursor, end = None, MANY if limit > 1 else 20
    while len(seen) < end:
        page = ask(shelf, "list_facts", incident="INC-42", limit=limit, cursor=cursor)
        assert page["total"] == MANY
        assert 1 <= len(page["facts"]) <= limit
        rows = sum(len(json.dumps(row, ensure_ascii=False).encode()) for row in page["facts"])
        assert len(page["facts"]) == 1 or rows <= ROOM * 1.3
        seen += [fact["id"] for fact in page["facts"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [fact.id for fact in large().facts][: len(seen)]
    assert len(seen) >= end


def test_the_largest_things_fit(shelf: Folders) -> None:
    for fact in (wide(0), wide(7), wide(100)):
        whole = ask(shelf, "get_fact", incident="INC-42", fact=fact.id)
        assert whole["evidence_total"] == len(fact.evidence)
        assert whole["words"]["statement"]
    found = ask(shelf, "get_incident", incident="INC-42")
    assert found["gaps"]["total"] == 200
    assert 1 <= len(found["gaps"]["shown"]) < 200
    assert ask(shelf, "known_at", incident="INC-42", time="2026-11-21T15:00:00Z", limit=200)["facts"]


def test_gaps_that_one_answer_leaves_out_are_in_coverage(shelf: Folders) -> None:
    seen: set[str] = set()
    cursor, stretches = None, 0
    while True:
        page = ask(shelf, "coverage", incident="INC-42", source="chat", limit=200, cursor=cursor)
        stretches += len(page["stretches"])
        seen |= {one["id"] for row in page["stretches"] for one in row["gaps"]}
        if (cursor := page["next_cursor"]) is None:
            break
    assert len(seen) == 200
    assert stretches == page["total"]


def test_findings_are_paged(shelf: Folders) -> None:
    markdown = "".join(f"Bob should have known at 15:{n:02d}.\n\n" for n in range(60)) * 4
    first = ask(shelf, "check_draft", incident="INC-42", markdown=markdown, limit=20)
    assert first["total"] > 200
    assert len(first["findings"]["rows"]) == 20
    rows, cursor = first["findings"]["rows"], first["next_cursor"]
    while cursor:
        page = ask(shelf, "check_draft", incident="INC-42", markdown=markdown, limit=200, cursor=cursor)
        rows, cursor = rows + page["findings"]["rows"], page["next_cursor"]
    assert len(rows) == first["total"]
    with pytest.raises(RefusedError, match="not of this list"):
        ask(shelf, "check_draft", incident="INC-42", markdown="other", cursor=first["next_cursor"])


IDS = [
    "..", "../INC-42", "INC-42/../INC-42", "/etc/passwd", "INC-42\x00", "INC-42/", "./INC-42", "%2e%2e/INC-42", "INC-42\n", " INC-42", "", "inc-42",
    "INC-43", "INC-42" * 40, "\u202eINC-42", "INC-４２", "C:\\INC-42", "~/INC-42", "INC-42/notes.jsonl", "....",
]  # fmt: skip


@pytest.mark.parametrize("identity", IDS)
def test_an_id_that_is_none_opens_nothing(shelf: Folders, identity: str) -> None:
    for name, tool in TOOLS.items():
        if "incident" not in tool.question.model_fields:
            continue
        more: dict[str, Any] = {"fact": "f-" + "0" * 16, "a": "f-" + "0" * 16, "b": "f-" + "0" * 16, "ids": ["f-" + "0" * 16],
                                "time": "2026-11-21T15:00:00Z", "markdown": "x", "text": "x", "facts": ["f-" + "0" * 16]}  # fmt: skip
        known = {
            k: v
            for k, v in more.items()
            if k in tool.question.model_fields and not (name == "list_facts" and k == "text")
        }
        with pytest.raises(RefusedError, match=r"another form|no incident of this id|proposing notes is off"):
            answer(
                shelf,
                name,
                {"incident": identity, **known},
                Caller("x") if name != "propose_note" else Caller(),
            )


@pytest.mark.parametrize(
    "address",
    [f"timeline://{identity}{path}" for identity, path in product(IDS, ("", "/facts", "/draft"))]
    + ["timeline://INC-42/evidence", "timeline://INC-42/evidence/..", "timeline://INC-42/evidence/" + "0" * 64, "timeline://INC-42/evidence/../notes.jsonl",
       "timeline://INC-42/notes", "timeline://INC-42/draft/x", "timeline://INC-42/measures/x", "timeline://INC-42/facts/f-0", "timeline://INC-42/facts?cursor=9-0000000000000000",
       "timeline://INC-42?cursor=0-0", "timeline://INC-42/draft?offset=99999999", "timeline://INC-42/draft?offset=-1", "timeline://INC-42/facts?offset=0",
       "file:///etc/passwd", "ui://incident-timeline/../x", "ui://incident-timeline/INC-43", "ui://other/INC-42", "TIMELINE://INC-42", "timeline:INC-42", ""],
)  # fmt: skip
def test_an_address_that_is_none_opens_nothing(shelf: Folders, address: str) -> None:
    with pytest.raises(TimelineError) as raised:
        resources.read(shelf, address)
    assert "/tmp" not in str(raised.value)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"cursor": "3-0000000000000000"}, "not of this list"), ({"cursor": "-1"}, "not of this list"), ({"cursor": "９-aaaa"}, "not of this list"),
        ({"cursor": "x" * 41}, "cursor"), ({"from": "14:00"}, "from"), ({"from": "2026-11-21T15:00:00"}, "from"), ({"to": 5}, "to"), ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"), ({"limit": "all"}, "limit"), ({"text": ""}, "text"), ({"until": "x"}, "until"), ({"kind": 7}, "kind"), ({"source": "x" * 201}, "source"),
    ],
)  # fmt: skip
def test_a_question_that_is_none_is_refused_with_its_member(
    shelf: Folders, arguments: dict[str, Any], told: str
) -> None:
    with pytest.raises(RefusedError, match=told) as raised:
        answer(shelf, "list_facts", {"incident": "INC-42", **arguments}, Caller())
    assert len(str(raised.value)) <= 500


def test_a_cursor_of_another_question_is_refused(shelf: Folders) -> None:
    cursor = ask(shelf, "list_facts", incident="INC-42", limit=1)["next_cursor"]
    for other in ({"text": "x"}, {"kind": "chat"}, {"from": "2026-11-21T15:00:00Z"}):
        with pytest.raises(RefusedError, match="ask again without it"):
            answer(shelf, "list_facts", {"incident": "INC-42", "cursor": cursor, **other}, Caller())


@pytest.mark.parametrize("tool", ["get_fact", "get_evidence", "order", "cite", "propose_note"])
def test_an_unknown_fact_is_named(shelf: Folders, tool: str) -> None:
    unknown = "f-0123456789abcdef"
    asked: dict[str, dict[str, Any]] = {
        "get_fact": {"fact": unknown}, "get_evidence": {"fact": unknown}, "order": {"a": wide(0).id, "b": unknown},
        "cite": {"ids": [unknown]}, "propose_note": {"text": "x", "facts": [wide(0).id, unknown]},
    }  # fmt: skip
    with pytest.raises(RefusedError, match=unknown):
        answer(shelf, tool, {"incident": "INC-42", **asked[tool]}, Caller("x"))


def test_evidence_that_is_gone_is_said_without_its_place(shelf: Folders) -> None:
    with pytest.raises(RefusedError, match="no stored payload"):
        answer(shelf, "get_evidence", {"incident": "INC-42", "fact": wide(0).id}, Caller())
    with pytest.raises(RefusedError, match="1 places of evidence"):
        answer(shelf, "get_evidence", {"incident": "INC-42", "fact": wide(1).id, "place": 1}, Caller())


def test_a_timeline_that_cannot_be_read_says_so_in_the_list(tmp_path: Path) -> None:
    (tmp_path / "INC-1").mkdir()
    (tmp_path / "INC-1" / "timeline.json").write_text("{}")
    [row] = ask(Folders([tmp_path], None), "list_incidents")["incidents"]
    assert row["unreadable"]["untrusted"] is True
    with pytest.raises(RefusedError):
        answer(Folders([tmp_path], None), "get_incident", {"incident": "INC-1"}, Caller())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
LIKELY = st.sampled_from(
    ["INC-42", wide(1).id, wide(2).id, "2026-11-21T15:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999+00:00", "chat", 1, 0, -1, 200, 2**70]
) | JSON  # fmt: skip


def said(shelf: Folders, tool: str, arguments: dict[str, Any]) -> str:
    """Return an answer, or why there is none."""
    try:
        return json_of(answer(shelf, tool, arguments, Caller()))
    except RefusedError as err:
        return str(err)


@pytest.mark.parametrize("tool", TOOLS)
def test_whatever_is_asked_is_answered_or_refused(shelf: Folders, tool: str) -> None:
    members = [field.alias or name for name, field in TOOLS[tool].question.model_fields.items()]

    @given(st.dictionaries(st.sampled_from([*members, "more"]), LIKELY, max_size=len(members)), st.booleans())
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def ask_anything(arguments: dict[str, Any], named: bool) -> None:
        if named and "incident" in members:
            arguments = {**arguments, "incident": "INC-42"}
        text = said(shelf, tool, arguments)
        assert text
        assert len(text.encode()) <= MOST_BYTES

    ask_anything()
