"""The house: floors, no circles, one way to the network, to git and to evidence, and a core without I/O.

A folder may import itself and what stands on lower floors; CONTRIBUTING.md has the picture. What may do
otherwise is named here, with its reason.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.house import HOME, calls, circles, dotted, files, graph, modules, named, tree

#: What each package may import of ours.
PACKAGES: Mapping[str, set[str]] = {
    "timeline": set(),
    "archive": {"timeline"},
    "collectors": {"timeline"},
    "render": {"timeline"},
    "service": {"timeline", "collectors", "render", "archive"},
    "cli": {"timeline", "service"},
}
#: Rooms (folders and single modules) from the ground up; those of one floor do not import each other.
FLOORS = {
    "timeline": (
        "errors text kinds selectors terms invalid",
        "canonical",
        "instant statements pointers values",
        "written",
        "record zones",
        "model present",
        "facts order relative mapping wire meanings apart people",
        "document references",
        "series rules notes alerts",
        "linked",
        "measures",
        "response",
        "assembly answers checks",
        "cases",
        "patterns",
    ),
    "render": ("text", "page printing exports", "stills patterns", "draft", "comment"),
    "service": (
        "files memory names",
        "settings",
        "evidence review",
        "incident draft signing",
        "build",
        "check rules backfill",
        "setup archive",
        "agent export fixing publish inbox",
        "web",
    ),
}
#: The inbox is a table of ours: its collector reads it by the archive's own reader.
READS_THE_ARCHIVE = "collectors.inbox."
MOST_MODULES = 20  # flat ones a folder

#: HTTP stacks, and the only modules that name one.
HTTP = {
    "httpx": {"collectors.kit.http"},
    # Their clients make paths and parameters; our transport sends them, so that answers are on the tape.
    "opensearchpy": {"collectors.opensearch.client", "archive.cases.opensearch.client"},
    "slack_sdk": {"collectors.slack.client"},
    # Passes requests on to the server that it stands before, and fails some; no collector reads by it.
    # The probe asks our own server on its own machine: no proxy, no credential, nothing kept.
    "http.client": {"collectors.testing.origins", "service.web.operation.probe"},
    # A quick look for `timeline init`, of which nothing is kept; no collector reads by it.
    "prometheus_api_client": {"service.setup.look"},
} | {
    name: set[str]()
    for name in (
        "requests", "urllib.request", "urllib3", "aiohttp", "websockets",
    )
}  # fmt: skip
#: What starts processes, and why.
PROCESSES = {
    "collectors.git.run": "git",
    "collectors.kit.kubernetes.kubeconfig": "the program by which a kubeconfig of the user's signs in",
    "render.draft.templates": "a team's template, bounded in time and memory",
    "service.backfill.backfill": "one build a core",
    "service.export.pdf": "the browser that prints",
    "service.inbox.child": "a build that must not hold up the pages",
}
#: Modules that do I/O.
IO = {
    "aiohttp", "anyio", "asyncio", "concurrent.futures", "fcntl", "httpx", "multiprocessing", "os", "requests",
    "shutil", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "urllib.request",
}  # fmt: skip
TOUCHES = {"open", "print", "input"} | {
    f".{name}" for name in (
        "open", "read_text", "read_bytes", "write_text", "write_bytes", "is_file", "is_dir", "iterdir", "glob",
        "mkdir", "unlink", "stat", "exists",
    )
}  # fmt: skip
#: Modules without I/O but for this.
NAMED_IO = {
    "timeline.written.wallclock": {".is_file", ".open"},  # time zones, of the package tzdata
    "render.page.page": {
        ".is_file",
        ".is_dir",
        ".iterdir",
        ".read_text",
        ".read_bytes",
    },  # what ships with it
    "render.draft.templates": {
        ".iterdir",
        ".read_text",
        "subprocess",
        "sys",
    },  # as above; and the bounded process
    "render.draft.engine": {"sys", "os"},  # is that process
}


def top(name: str) -> str:
    return name.split(".")[0]


def room(name: str) -> str:
    """Return the folder below a package, or the module that stands alone in it."""
    return [*name.split("."), ""][1]


def test_packages_import_one_way() -> None:
    wrong = [
        f"{name} imports {other}"
        for name, others in graph().items()
        for other in others
        if top(other) != top(name) and top(other) not in PACKAGES[top(name)]
        if not (name.startswith(READS_THE_ARCHIVE) and top(other) == "archive")
    ]
    assert wrong == []


@pytest.mark.parametrize("package", FLOORS)
def test_a_floor_imports_lower_floors_alone(package: str) -> None:
    floor = {name: number for number, names in enumerate(FLOORS[package]) for name in names.split()}
    rooms = {room(name) for name in modules() if top(name) == package} - {""}
    assert rooms == set(floor)
    wrong = [
        f"{name} imports {other}"
        for name, others in graph().items()
        for other in others
        if top(name) == top(other) == package and room(name) != room(other) and room(name) and room(other)
        if floor[room(other)] >= floor[room(name)]
    ]
    assert wrong == []


def test_a_source_imports_only_the_base_and_the_kit() -> None:
    lower = {"base": set[str](), "kit": {"base"}, "testing": {"base", "kit"}}
    wrong = [
        f"{name} imports {other}"
        for name, others in graph().items()
        for other in others
        if top(name) == top(other) == "collectors" and room(name) != room(other) and room(other)
        if room(other) not in lower.get(room(name), {"base", "kit"})
    ]
    assert wrong == []


def test_there_is_no_circle_of_files() -> None:
    assert circles(graph()) == []


def test_circles_are_found() -> None:
    edges = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"e"}, "e": set[str](), "f": {"g"}, "g": {"f"}}
    assert circles({name: frozenset(others) for name, others in edges.items()}) == [
        ["a", "b", "c"],
        ["f", "g"],
    ]


def test_no_folder_is_a_heap() -> None:
    flat = Counter(path.parent for path in modules().values() if path.name != "__init__.py")
    heaps = {
        str(folder.relative_to(HOME)): number for folder, number in flat.items() if number > MOST_MODULES
    }
    assert heaps == {}


def test_tests_mirror_the_tree() -> None:
    folders = {
        path.parent.relative_to(HOME / "tests")
        for package in PACKAGES
        for path in (HOME / "tests" / package).rglob("*.py")
    }
    assert [str(folder) for folder in sorted(folders) if not (HOME / folder).is_dir()] == []


def test_no_folder_of_tests_is_passed_over(pytestconfig: pytest.Config) -> None:
    folders = {path.parent.name for path in (HOME / "tests").rglob("test_*.py")}
    patterns = pytestconfig.getini("norecursedirs")
    assert [name for name in folders if any(fnmatch(name, pattern) for pattern in patterns)] == []


def test_there_is_one_way_to_speak_http() -> None:
    wrong = [
        f"{name} names {stack}"
        for name, path in modules().items()
        for stack, allowed in HTTP.items()
        if name not in allowed and any(_within(other, stack) for other in named(path))
    ]
    assert wrong == []


def _within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def test_who_starts_processes_is_named() -> None:
    starting = {
        name
        for name, path in modules().items()
        if {"subprocess", "multiprocessing"} & named(path)
        or any(call == ".run_process" for call, _ in calls(path))
    }
    assert starting == set(PROCESSES)


def test_one_module_runs_git() -> None:
    running = {
        dotted(path)
        for path in (modules()[name] for name in PROCESSES)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.List | ast.Tuple) and node.elts and _is_git(node.elts[0])
    }
    assert running == {"collectors.git.run"}


def _is_git(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == "git"


def test_only_the_tape_calls_a_store() -> None:
    naming = {
        name
        for name, path in modules().items()
        if top(name) == "collectors"
        and any(
            isinstance(node, ast.ImportFrom)
            and {"Store", "MemoryStore"} & {alias.name for alias in node.names}
            for node in ast.walk(tree(path))
        )
    }
    # The suite hands one to the tape, and reads what a run has left in it.
    assert naming == {f"collectors.testing.{name}" for name in ("golden", "origins", "running")}
    putting = {dotted(path) for path in files("collectors") for call, _ in calls(path) if call == ".put"}
    # A golden folder's answers were on a tape when they were recorded.
    assert putting == {"collectors.kit.tape", "collectors.testing.golden"}


@pytest.mark.parametrize("package", ["timeline", "render"])
def test_what_derives_and_renders_does_no_io(package: str) -> None:
    wrong = {
        dotted(path): sorted(touched)
        for path in files(package)
        if (touched := _io(path) - NAMED_IO.get(dotted(path), set()))
    }
    assert wrong == {}


def _io(path: Path) -> set[str]:
    return {io for io in IO for name in named(path) if _within(name, io)} | (_called(calls(path)) & TOUCHES)


def _called(found: Iterable[tuple[str, ast.Call]]) -> set[str]:
    return {name for name, _ in found}


#: What may look into a statement: marks of people become pseudonyms, and its wording is judged as prose.
LOOKING_IN = {
    "timeline/assembly/people.py",
    "timeline/checks/separation.py",
    "collectors/testing/contract.py",
}
_READING = {
    "search", "match", "fullmatch", "findall", "finditer", "split", "partition", "rpartition",
    "startswith", "endswith", "find", "index", "removeprefix", "removesuffix",
}  # fmt: skip


def _is_statement(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value  # `fact.statement.lower()`
    return isinstance(node, ast.Attribute) and node.attr == "statement"


def _parses_a_statement(node: ast.AST) -> bool:
    if isinstance(node, ast.Compare):
        return any(isinstance(o, ast.In | ast.NotIn) for o in node.ops) and any(
            map(_is_statement, node.comparators)
        )
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _READING:
        return _is_statement(node.func.value) or any(map(_is_statement, node.args))
    return False


@pytest.mark.parametrize("path", modules().values(), ids=lambda p: str(p.relative_to(HOME)))
def test_nobody_parses_a_statement(path: Path) -> None:
    if str(path.relative_to(HOME)) not in LOOKING_IN:
        lines = [n.lineno for n in ast.walk(ast.parse(path.read_text())) if _parses_a_statement(n)]  # type: ignore[attr-defined]
        assert lines == []


@pytest.mark.parametrize(
    "path",
    sorted((HOME / "render" / "page" / "assets").rglob("*.js"))
    + sorted((HOME / "service" / "web" / "static").rglob("*.js")),
    ids=lambda p: p.name,
)
def test_nor_does_a_script(path: Path) -> None:
    reading = r"\.(?:exec|test|match|matchAll)\([^()]*\.statement|\.statement\s*\.(?:match|matchAll|split|startsWith|includes|indexOf|slice)\("
    assert re.findall(reading, path.read_text()) == []
