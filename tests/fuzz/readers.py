"""Readers of what others wrote, each as one call that gives something or a named error, and how each is begun with."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from collectors.base import SourceError
from collectors.jsonl.rows import read_rows
from collectors.kit.answers.decoding import UndecodableError, decoded
from collectors.kit.redaction import Redactor
from collectors.kit.refusal import said
from collectors.kit.texts.html import html_text
from collectors.matrix import text as matrix
from collectors.slack.text import decode
from render.draft.form import form_of
from render.printing.document import document
from render.printing.html import to_html
from render.text.audience import outside
from render.text.markdown import escape, statement
from service.check import history
from service.evidence.manifest import Manifest
from service.evidence.store import Evidence
from service.incident import incidents
from service.settings import config
from timeline import zones
from timeline.checks import fences
from timeline.document import load
from timeline.errors import TimelineError
from timeline.notes import journal, views
from timeline.people.names import Names
from timeline.people.records import masked
from timeline.rules.files import read_rules
from timeline.rules.thresholds import read_thresholds

FOLDER = Path(__file__).parent / "corpus" / "readers"


class Reader(NamedTuple):
    """A reader of bytes, the errors that it may raise, and texts to begin with."""

    read: Callable[[bytes], object]
    errors: tuple[type[Exception], ...]
    begins: tuple[bytes, ...]


def _text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda data: read(data.decode("utf-8", "replace"))


def _file(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    def attempt(data: bytes) -> object:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / name).write_bytes(data)
            return read(Path(folder) / name)

    return attempt


def _notes(data: bytes) -> object:
    found = journal.read(data)
    notes = journal.fold(found.versions)
    return views.whys(notes), views.factor_map(notes, {}, "x")


def _manifest(path: Path) -> Manifest:
    return Evidence(path.parent).manifest()


def _redacted(data: bytes) -> object:
    redactor = Redactor()
    redactor.add("a-secret-of-ours-1234")
    return redactor.redact(data)


def _rows(form: str) -> Callable[[bytes], object]:
    return _file(f"a.{form}", lambda path: list(read_rows(path, path.name, form, None, None)))  # type: ignore[arg-type]


_NAMES = Names({}, {})
_DRAFT = (
    b"# A\n<!-- timeline:begin facts digest=0 -->\n| a | b |\n<!-- timeline:end facts -->\n- [x] done `f-0`\n"
)
_PROMQL = b'sum by (a) (rate(b{c=~"d.*"}[5m] offset 1h)) / 2 > 0.5 and on(x) absent(y) or max(z > 3)'
_RULES = b"groups:\n- name: g\n  rules:\n  - alert: A\n    expr: a > 1\n    for: 5m\n    labels: {s: &x y, t: *x}\n"
_TOML = b'out = "x"\n[[source]]\nname = "p"\ncollector = "prometheus"\nurl = "http://localhost"\nauth = { bearer = "env:A" }\n[check]\nhours = 4\n'
_INCIDENT = b'id: INC-1\ntitle: "a"\nstart: 2026-11-21T10:00:00Z\nresolved: 2026-11-21 11:00 Europe/Berlin\nservices: [a, b]\n'

READERS: Mapping[str, Reader] = {
    "fences": Reader(_text(fences.parse), (TimelineError,), (_DRAFT,)),
    "form": Reader(_text(form_of), (TimelineError,), (_DRAFT,)),
    "draft": Reader(_text(lambda text: to_html(document(text))), (TimelineError,), (_DRAFT, b"[a](b) <b> ![c](d)")),
    "notes": Reader(_notes, (TimelineError,), (b'{"note":"n-0000000000000001","version":"v-0000000000000001","body":{"kind":"why","text":"a","cites":[]}}\n',)),
    "manifest": Reader(_file("manifest.json", _manifest), (TimelineError,), (b'{"manifest_version":1,"collections":[]}',)),
    "timeline": Reader(load, (TimelineError,), (b'{"schema_version":"2.0","digest":"","facts":[]}',)),
    "promql": Reader(_text(read_thresholds), (), (_PROMQL, b"a{b='\\u00e9'} == -Inf")),
    "rules": Reader(_text(lambda text: read_rules("a.yaml", text)), (ValueError,), (_RULES,)),
    "configuration": Reader(_file("timeline.toml", config.load), (TimelineError,), (_TOML,)),
    "incident-yaml": Reader(_file("INC-1.yaml", incidents.read), (TimelineError,), (_INCIDENT,)),
    "incident-toml": Reader(_file("INC-1.toml", incidents.read), (TimelineError,), (b'id = "INC-1"\nstart = 2026-11-21T10:00:00Z\n',)),
    "toml": Reader(history._decides, (), (_TOML,)),
    "times": Reader(_text(zones.read_time), (TimelineError,), (b"2026-11-21T10:00:00+01:00", b"Sat, 21 Nov 2026 10:00:00 GMT", b"2026-W47-6")),
    "durations": Reader(_text(zones.parse_duration), (TimelineError,), (b"1h30m",)),
    "matrix": Reader(_text(lambda text: matrix.said({"body": text, "formatted_body": text})), (), (b'<a href="https://matrix.to/#/@a:b.c">A</a> @x:y.z',)),
    "matrix-html": Reader(_text(html_text), (), (b"<p>a<br>b <code>c</code></p>",)),
    "slack": Reader(_text(lambda text: decode(text, str)), (), (b"<@U1|a> <#C1|b> <https://a.b|c> &lt;",)),
    "refusal": Reader(said, (), (b'{"error":{"reason":"a"}}', b"<html><script>a</script>b</html>")),
    "csv": Reader(_rows("csv"), (SourceError,), (b'a,b\n1,"2\n3"\n', b"sep=;\na;b\n")),
    "jsonl": Reader(_rows("jsonl"), (SourceError,), (b'{"a":1}\n{"b":[2]}\n',)),
    "json": Reader(_rows("json"), (SourceError,), (b'[{"a":1},{"b":2}]',)),
    "gzip": Reader(lambda data: decoded(data, "gzip", 100_000), (UndecodableError,), (b"\x1f\x8b\x08\x00",)),
    "zstd": Reader(lambda data: decoded(data, "zstd", 100_000), (UndecodableError,), (b"\x28\xb5\x2f\xfd",)),
    "redaction": Reader(_redacted, (), (b'password=hunter2hunter2 "token": "a-secret-of-ours-1234" eyJhbGciOi.eyJzdWIi.x',)),
    "masking": Reader(_text(lambda text: masked(text, _NAMES)), (), (b'{"user":"a","b":"c"}',)),
    "markdown": Reader(_text(lambda text: (escape(text), statement(text))), (), (b"a `b` @c #1 :d:",)),
    "audience": Reader(_text(outside), (), (b"db-1.example.org /a/b a@b.c 10.0.0.1",)),
}  # fmt: skip


def attempt(name: str, data: bytes) -> None:
    """Have a reader read; raise what it may not raise."""
    reader = READERS[name]
    with contextlib.suppress(*reader.errors):
        reader.read(data)


def kept() -> list[tuple[str, Path]]:
    """Return what broke a reader, or breaks others of its kind, with the reader's name."""
    return [(path.parent.name, path) for path in sorted(FOLDER.glob("*/*")) if path.is_file()]
