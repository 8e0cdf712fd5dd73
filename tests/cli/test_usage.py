"""What is mistyped on the command line, of every command there is: what, where, the nearest name, the next line to type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.main import app
from tests.cli.test_user_errors import timeline
from timeline.errors import UsageError

#: Words of the library that parses command lines, of any of its versions.
_THEIRS = re.compile(
    r"No such|Missing (argument|option|parameter)|Invalid value|requires an argument|does not take|Got unexpected|Usage:"
    r"|Try '|Error:|Input should|is not a valid"
)
ROOT: Any = typer.main.get_command(app)


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, inner in getattr(command, "commands", {}).items():
        yield from leaves(inner, (*path, name))
    if not hasattr(command, "commands"):
        yield path, command


COMMANDS = dict(leaves(ROOT))
GROUPS = [(), *sorted({path[:-1] for path in COMMANDS if len(path) > 1})]
#: It takes an option for each collector, and says itself what is wrong of one (tests/cli/test_first_minutes.py).
OPEN = ("init",)


def said(*words: str) -> str:
    """Return what a mistyped line is answered: never in words that are not ours, and always with a line to type."""
    with pytest.raises(UsageError) as caught:
        ROOT.main(args=list(words), prog_name="timeline")
    text = str(caught.value)
    assert not _THEIRS.search(text), text
    assert "\n" not in text
    assert re.search(r"`timeline( [a-z-]+)* --help` (lists them|shows what it takes)$", text), text
    return text


def options(command: Any) -> list[Any]:
    return [one for one in command.params if one.param_type_name == "option"]


def arguments(command: Any) -> list[Any]:
    return [one for one in command.params if one.param_type_name == "argument"]


def longest(command: Any) -> list[str]:
    return [max((*one.opts, *one.secondary_opts), key=len) for one in options(command)]


@pytest.mark.parametrize("path", [path for path in COMMANDS if path != OPEN], ids=" ".join)
def test_a_misspelt_option_is_named_with_the_nearest(path: tuple[str, ...]) -> None:
    name = " ".join(path)
    for option in longest(COMMANDS[path]):
        for wrong in (option[:4] + option[5:], option[:-2] + option[-1] + option[-2], option + "s"):
            if wrong in longest(COMMANDS[path]) or wrong == option:
                continue
            text = said(*path, wrong)
            assert text.startswith(f"{name} has no option {wrong!r}; did you mean '--"), text
            meant = re.search(r"did you mean '(--\S+)'", text)
            # Of two that begin alike, both or the other may be named.
            assert repr(option) in text or (meant and meant[1][:5] == option[:5]), text
    assert said(*path, "--xyzzy-plugh").startswith(
        f"{name} has no option '--xyzzy-plugh'; `timeline {name} --help`"
    )


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_an_option_without_its_value_and_a_switch_with_one(path: tuple[str, ...]) -> None:
    name = " ".join(path)
    for one in options(COMMANDS[path]):
        for option in one.opts:
            if one.is_flag:
                if option.startswith("--") and path != OPEN:
                    assert f"{name}: {option} is a switch and takes no value" in said(*path, f"{option}=x")
            else:
                text = said(*path, option)
                assert text.startswith(f"{name}: {option} needs its value: `{option} "), text


@pytest.mark.parametrize("path", [path for path in COMMANDS if path != OPEN], ids=" ".join)
def test_an_argument_that_lacks_and_one_too_many(path: tuple[str, ...]) -> None:
    name, held = " ".join(path), arguments(COMMANDS[path])
    if any(one.required for one in (*held, *options(COMMANDS[path]))):
        first = next(one for one in COMMANDS[path].params if one.required)
        what = first.metavar if first in held else max(first.opts, key=len)
        assert said(*path).startswith(f"{name} lacks {what}"), said(*path)
    if all(one.nargs == 1 for one in held):
        needed = [word for one in options(COMMANDS[path]) if one.required for word in (one.opts[0], "x")]
        text = said(*path, *needed, *["."] * len(held), "one-too-many")
        assert re.match(rf"{name} takes .*; 'one-too-many' is too much", text), text


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_a_value_that_is_no_number(path: tuple[str, ...]) -> None:
    name, held = " ".join(path), ["."] * sum(one.required for one in arguments(COMMANDS[path]))
    for one in options(COMMANDS[path]):
        if one.type_descriptor.annotation is int:
            for value in (
                "many",
                "1.5",
                *([str(one.max + 1)] if one.max else []),
                *(["0"] if one.min else []),
            ):
                text = said(*path, *held, f"{one.opts[0]}={value}")
                assert text.startswith(f"{name}: {max(one.opts, key=len)} takes a whole number"), text
                assert f"not {value!r}" in text


@pytest.mark.parametrize("group", GROUPS, ids=" ".join)
def test_a_misspelt_command_is_named_with_the_nearest(group: tuple[str, ...]) -> None:
    path = " ".join(("timeline", *group))
    for command in (one[len(group)] for one in COMMANDS if one[: len(group)] == group):
        wrong = command[:-2] + command[-1] + command[-2] if command[-1] != command[-2] else command + "x"
        assert f"no command {wrong!r}; did you mean `{path} " in said(*group, wrong)
    assert said(*group, "xyzzy").endswith(f"no command 'xyzzy'; `{path} --help` lists them")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            ("--incident", "INC-42", "build"),
            "there is no option '--incident'; it stands behind its command: `timeline build --incident`",
        ),
        (("-q", "build"), "it stands behind its command: `timeline build -q`"),
        (
            ("check", "--offline"),
            "check has no option '--offline'; others have it: `timeline build --offline`",
        ),
        (("build", "-incident", "X"), "build has no option '-incident'; did you mean '--incident'?"),
        (("build", "-Q"), "build has no option '-Q'; did you mean '-q'?"),
        (("build", "-v=3"), "a switch takes no value, as '-v=3' would give it"),
        (("build", "--inc", "X"), "build has no option '--inc'; did you mean '--incident'?"),
        (("version",), "did you mean `timeline --version`?"),
        (("INC-42",), "a command comes first, such as `timeline build INC-42`"),
        (("trust", "nowhere"), "trust: [DIR] takes a file or folder that is there"),
        (("init", "--dir", "nowhere"), "init: --dir takes a folder that is there, not 'nowhere'"),
        (("init", "--chart-url"), "init: --chart-url needs its value"),
    ],
)
def test_what_was_meant_is_said(words: tuple[str, ...], expected: str) -> None:
    assert expected in said(*words)


CHOICES = {
    ("export", "--to", "cvs"): "--to cvs: there is no such form; did you mean 'csv'? Known are csv, jsonl",
    ("export", "--to", "word"): "--to word: there is no such form",
    ("check", "--format", "jsn"): "--format jsn: there is no such form; did you mean 'json'? Known are text",
    (
        "template",
        "show",
        "defalt",
    ): "there is no template 'defalt'; did you mean 'default'? Known are default",
    (
        "demo",
        "--audience",
        "exec",
        "--out",
        "out",
    ): "there is no audience 'exec'; did you mean 'executives'? Known are",
    (
        "demo",
        "--template",
        "onepage",
        "--out",
        "out",
    ): "no template of that name; did you mean 'one-page'? Known are",
    (
        "collectors",
        "promethus",
    ): "there is no collector 'promethus'; did you mean 'prometheus'? see `timeline collectors`",
    ("help", "bild"): "timeline has no command 'bild'; did you mean 'build'? `timeline --help` lists them",
}


@pytest.mark.parametrize("words", CHOICES, ids=" ".join)
def test_a_word_that_is_none_of_those_there_are(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "INC-1").mkdir()
    (tmp_path / "INC-1" / "timeline.json").write_text("{}")
    folder = ("INC-1",) if words[0] in {"export", "check"} else ()
    found = timeline(tmp_path, *words, *folder)
    assert (found.returncode, found.stdout) == (2, "")
    assert CHOICES[words] in found.stderr, found.stderr


def test_the_whole_program_says_it_on_stderr_with_exit_code_2(tmp_path: Path) -> None:
    for words in (
        ("bild",),
        ("build", "--incidnet", "X"),
        ("diff", "a"),
        ("serve", "--port", "x"),
        ("export", "--to"),
    ):
        found = timeline(tmp_path, *words)
        assert (found.returncode, found.stdout) == (2, "")
        [line] = found.stderr.splitlines()
        assert line.startswith("timeline: ")
        assert not _THEIRS.search(line)
    bare = timeline(tmp_path, "template")
    assert (bare.returncode, "Show the draft's templates" in bare.stdout + bare.stderr) == (2, True)
