"""The line of a member, in each form that people write."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.invalid.places import line_of, syntax

TOML = '''# a comment
out = "x"   # another
note = """
out = 3
"""
people.alice = ["a"]
people.bob = ["b"]

[serve]
port = 1
[[serve.token]]
name = "a"
[[source]]
name = "one"
[[source]]

# before
name = "two"
list = [
  "a",
  "b",
]
[source.map]
"quoted key" = 1
kind = { field = "x", values = { a = "b" } }
[[source.threshold]]
name = "p99"
[[source.threshold]]
name = "p50"
above = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("out",), 2), (("people", "bob"), 7), (("note",), 3), (("serve",), 9), (("serve", "port"), 10),
        (("serve", "token", 0), 11), (("serve", "token", 0, "role"), 11), (("source", 0, "name"), 14),
        (("source", 1, "name"), 18), (("source", 1, "list"), 19), (("source", 1, "list", 1), 19), (("source", 1, "map", "quoted key"), 24),
        (("source", 1, "map", "kind", "values"), 25), (("source", 1, "threshold", 1), 28), (("source", 1, "threshold", 1, "above"), 30),
        (("source", 1, "url"), 15), (("nowhere",), None),
    ],
)  # fmt: skip
def test_a_member_of_toml_has_its_line(path: tuple[str | int, ...], line: int | None) -> None:
    assert line_of(TOML, ".toml", path) == line


@pytest.mark.parametrize(
    ("text", "suffix", "line"),
    [
        ("# c\nid: x\nroles:\n  lead: a\n  other: b\n", ".yaml", 5),
        ('{"id": "x",\n "roles": {"lead": "a",\n\n  "other": "b"}}', ".json", 4),
    ],
)
def test_a_member_of_yaml_and_json_has_its_line(text: str, suffix: str, line: int) -> None:
    assert line_of(text, suffix, ("roles", "other")) == line
    assert line_of(text, suffix, ("roles", "nobody")) == line_of(text, suffix, ("roles",))
    assert line_of("{", suffix, ("roles",)) is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.integers(0, 2)), max_size=12))
def test_a_table_of_any_toml_begins_on_the_line_of_its_header(shape: list[tuple[str, int, int]]) -> None:
    lines: list[str] = []
    seen: dict[str, list[int]] = {}
    for name, keys, blank in shape:
        lines += [""] * blank
        lines.append(f"[[{name}]]")
        seen.setdefault(name, []).append(len(lines))
        lines += [f"k{key} = {key}" for key in range(keys)]
    text = "\n".join(lines)
    for name, numbers in seen.items():
        for place, number in enumerate(numbers):
            assert line_of(text, ".toml", (name, place)) == number
            for key in tomllib.loads(text)[name][place]:
                assert lines[(line_of(text, ".toml", (name, place, key)) or 0) - 1].startswith(key)


def test_what_a_parser_says_is_taken_apart() -> None:
    for text, line in (("a = \nb = 1", 1), ("a = 1\nb = [1,\n", None), ("a = 1\na = 2\n", 2)):
        with pytest.raises(tomllib.TOMLDecodeError) as raised:
            tomllib.loads(text)
        words, where, _ = syntax(str(raised.value))
        assert (where, "(at " in words) == (line, False)
