"""Documents of every form that is read, what of them is made out, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.archive.documents import MOST, DocumentUnreadError, Parsed, documents_in, parse
from service.archive.importing import answer, documents, take_in, totals
from service.archive.keeping import opened, update
from tests.example import example_folder
from timeline.cases.query import Query, terms
from timeline.errors import UsageError
from timeline.instant import format_instant

TIMES = "- 14:02 UTC The alert fired\n- 14:09 UTC It was restarted\n"
MARKDOWN = f"# Outage of search\n\nDate: 2021-03-04\n\n## Timeline\n\n{TIMES}\n## Action items\n\n- Add a `time-out`\n"
HTML = """<html><head><title>x</title><style>p { color: red }</style></head><body><nav>home</nav>
<h1>Outage of search</h1><p>Date: 2021-03-04</p><h2>Timeline</h2>
<table><tr><th>time (UTC)</th><th>what</th></tr><tr><td>14:02</td><td>The <b>alert</b> fired</td></tr><tr><td>14:09</td><td>It was restarted</td></tr></table>
<h2>Action items</h2><ul><li>Add a <code>time-out</code></li></ul><script>evil()</script></body></html>"""
WIKI = """<!-- x --><ref name="a" /><ref>evil</ref>{{Incident|status=final}}
== Summary ==
On 2021-03-04 [[Search|search]] was '''down''', see [https://example.org/1 the graph].
== Timeline ==
All times in UTC.
* 14:02 The alert fired
* 14:09 It was restarted<!-- never closed
== Actionables ==
{| class="wikitable"
! action !! owner
|-
| style="x" | Add a time-out || search team
|}
"""


def read(folder: Path, name: str, text: str) -> Parsed:
    path = folder / name
    path.write_text(text)
    return parse(path)


@pytest.mark.parametrize(
    ("name", "text", "action"),
    [
        ("a.md", MARKDOWN, "Add a time-out"), ("a.html", HTML, "Add a time-out"),
        ("2021-03-04 search.mediawiki", WIKI, "Add a time-out | search team"),
        ("20210304-search.txt", MARKDOWN.replace("#", "").replace("`", ""), "Add a time-out"),
    ],
)  # fmt: skip
def test_each_form_gives_the_same_times_and_actions(
    tmp_path: Path, name: str, text: str, action: str
) -> None:
    done = read(tmp_path, name, text)
    claims = [(one.at, one.text) for one in done.case.passages if one.section == "claim"]
    assert [format_instant(at) for at, _ in claims if at is not None] == [
        "2021-03-04T14:02:00Z",
        "2021-03-04T14:09:00Z",
    ]
    assert "alert fired" in claims[0][1]
    assert format_instant(done.case.start or 0) == "2021-03-04T14:02:00Z"
    assert action in [one.text for one in done.case.passages if one.section == "action"]
    assert done.counts.actions == 1
    assert done.unread == ()
    told = " ".join(one.text for one in done.case.passages)
    assert not [word for word in ("evil", "color", "home", "{{", "[[", "'''") if word in told]


def test_a_time_without_a_zone_is_kept_as_words(tmp_path: Path) -> None:
    done = read(
        tmp_path, "2021-03-04.md", "# Outage\n\n## Timeline\n\n- 14:02 The alert fired\n- Later it was slow\n"
    )
    assert (done.counts.claims, done.counts.zoneless) == (1, 1)
    assert [one.at for one in done.case.passages if one.section == "claim"] == [None]
    assert format_instant(done.case.start or 0) == "2021-03-04T00:00:00Z"  # its name says so


def test_what_is_no_report_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"x\0y")
    (tmp_path / "b.md").write_bytes(b"x" * (MOST + 1))
    for name, why in (("a.md", "no text"), ("b.md", "at most"), ("c.md", "cannot be read")):
        with pytest.raises(DocumentUnreadError, match=why):
            parse(tmp_path / name)
    with pytest.raises(UsageError, match="no such file"):
        documents([tmp_path / "none"])
    with pytest.raises(UsageError, match=r"no document in a form that is read .*\.md"):
        documents([Path(__file__)])
    with pytest.raises(UsageError, match="archive add"):
        documents([example_folder()])


def test_documents_are_taken_in_followed_and_gone_with_their_files(tmp_path: Path) -> None:
    old = tmp_path / "old/2021"
    old.mkdir(parents=True)
    (tmp_path / "timeline.toml").write_text("")
    (tmp_path / "postmortems").mkdir()
    (old / "a.md").write_text(MARKDOWN)
    (old / "b.html").write_text(HTML.replace("restarted", "replaced"))
    (old / "c.md").write_bytes(b"\0")
    (old / ".hidden.md").write_text(MARKDOWN)
    assert [path.name for path in documents_in(tmp_path / "old")] == ["a.md", "b.html", "c.md"]
    with opened(tmp_path / "timeline.toml") as (archive, conf):
        done = take_in(archive, documents([tmp_path / "old", old / "a.md"]))
        assert totals(done)["documents"] == 2
        assert totals(done)["times"] == 4
        assert [Path(line.split(":")[0]).name for line in done.unread] == ["c.md"]
        assert [one["id"] for one in answer(done)["documents"]] == ["a", "b"]
        hits = archive.search(Query(terms("replaced"))).hits
        assert [(hit.kept.id, hit.excerpts[0].section) for hit in hits] == [("b", "claim")]
        (old / "a.md").write_text(MARKDOWN.replace("restarted", "rebooted twice"))
        (old / "b.html").unlink()
        after = update(archive, conf)
        assert (after.read, after.gone, after.unread) == (1, 1, ())
        assert [hit.kept.id for hit in archive.search(Query(terms("rebooted"))).hits] == ["a"]
        assert not archive.search(Query(terms("replaced"))).hits
