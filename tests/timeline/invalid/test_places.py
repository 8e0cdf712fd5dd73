"""The line of a member, in each form that people write."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.invalid.places import Lines, syntax

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
    assert Lines(TOML, ".toml").of(path) == line


@pytest.mark.parametrize(
    ("text", "suffix", "line"),
    [
        ("# c\nid: x\nroles:\n  lead: a\n  other: b\n", ".yaml", 5),
        ('{"id": "x",\n "roles": {"lead": "a",\n\n  "other": "b"}}', ".json", 4),
    ],
)
def test_a_member_of_yaml_and_json_has_its_line(text: str, suffix: str, line: int) -> None:
    assert Lines(text, suffix).of(("roles", "other")) == line
    assert Lines(text, suffix).of(("roles", "nobody")) == Lines(text, suffix).of(("roles",))
    assert Lines("{", suffix).of(("roles",)) is None


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
            assert Lines(text, ".toml").of((name, place)) == number
            for key in tomllib.loads(text)[name][place]:
                assert lines[(Lines(text, ".toml").of((name, place, key)) or 0) - 1].startswith(key)


#: Values with what ends or opens a statement elsewhere; each is written with the line of its key first.
VALUES = (
    '"a # [b\\" {"', "'c:\\ # ['", '"""\n[[x]]\n\\"" # a\n"""""', "'''\n] = ''\n''''", '""', "''", '"""a"""', "1 # ] '", "[\n  1, # ] \"\n  [2],\n]",
    "[ {a = 1}, {a = [\n{b = 2}\n]} ]", "{ a = { 'b]' = \"}\" } }", "1979-05-27 07:32:00Z", "[]", "{}",
)  # fmt: skip
KEYS = ("k{}", '"k {}"', "'k#{}'", "k.l{}", "k . '[{}' .m", '"k\\"]{}"')
HEADERS = ("", "[t{}]", "[[u]]", "[[ u ]] # [", "[ t{} . 'x]' ]", "[[t{}.v]]\n[t{}.v.w]")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(HEADERS),
            st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES)), max_size=3),
        ),
        max_size=5,
    ),
    st.sampled_from(["\n", "\r\n"]),
)
def test_each_key_of_any_toml_has_the_line_that_it_was_written_on(
    shape: list[tuple[str, list[tuple[str, str]]]], end: str
) -> None:
    text, written, count = "", [], 0
    for number, (header, pairs) in enumerate(shape):
        text += f"  {header.format(number, number)}\n\n# '\n" if header else ""
        for key, value in pairs:
            count += 1
            written.append(f"{count}")
            text += f"\t{key.format(f'_{count}_')} = {value}\n"
    text = text.replace("\n", end)
    rows = text.split("\n")
    lines = Lines(text, ".toml")

    def walk(value: object, path: tuple[str | int, ...]) -> None:
        if path:
            line = lines.of(path)
            assert line is not None
            for number in written:
                if isinstance(path[-1], str) and f"_{number}_" in path[-1]:
                    assert f"_{number}_" in rows[line - 1]
        inner = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for part, one in inner:
            walk(one, (*path, part))

    walk(tomllib.loads(text), ())


def test_what_a_parser_says_is_taken_apart() -> None:
    for text, line in (("a = \nb = 1", 1), ("a = 1\nb = [1,\n", None), ("a = 1\na = 2\n", 2)):
        with pytest.raises(tomllib.TOMLDecodeError) as raised:
            tomllib.loads(text)
        words, where, _ = syntax(str(raised.value))
        assert (where, "(at " in words) == (line, False)
