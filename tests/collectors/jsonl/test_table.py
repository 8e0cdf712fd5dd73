"""Tables as exports really are: a torn row is named and takes no other with it; encodings, delimiters, zeros."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.base import SourceError
from collectors.jsonl.table import Row, read_table
from tests.collectors.conftest import Put
from tests.collectors.jsonl.test_collector import read, told

HEADER = "ts,host,v\n"


def table(text: str | bytes, delimiter: str | None = None) -> list[Row]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(read_table(io.BytesIO(data), "a.csv", delimiter))


def good(text: str | bytes, delimiter: str | None = None) -> dict[Any, Any]:
    return {row.place: json.loads(row.text) for row in table(text, delimiter) if row.broken is None}


def broken(text: str | bytes) -> dict[Any, str]:
    return {row.place: row.broken for row in table(text) if row.broken is not None}


def line(n: int, v: str = "x") -> str:
    return f"2026-11-21T14:{n:02d}:00Z,h{n},{v}\n"


def test_a_quote_that_never_closes_is_one_torn_row(put: Put) -> None:
    text = (
        HEADER
        + line(0)
        + line(1, '"two\nlines"')
        + line(2, '"never closed')
        + "".join(map(line, range(3, 59)))
    )
    found = read(put("a.csv", text), map={"time": "ts", "label": "host"})
    assert len(found.facts) == 58
    (gap,) = found.gaps
    assert "1 row of " in gap.statement
    assert gap.statement.endswith("a quote is opened in it and never closed; line 5")
    assert "`h3` was recorded" in told(found)[2][3]


@pytest.mark.parametrize(
    "after",
    [
        line(4, '"a quoted one"'), line(4, '"with ""quotes"" in it"'), '"2026-11-21T14:04:00Z","h4","all"\n',
        line(4, "plain") + line(5, '"later, quoted"'),
    ],
)  # fmt: skip
def test_a_quote_that_meets_the_next_quoted_field_swallows_no_row(after: str) -> None:
    text = HEADER + line(1) + line(2, '"open') + line(3) + after
    assert list(broken(text)) == [3]
    assert list(good(text)) == [2, 4, 5, *([6] if after.count("\n") > 1 else [])]
    assert good(text)[4] == {"ts": "2026-11-21T14:03:00Z", "host": "h3", "v": "x"}


def test_many_torn_rows_are_each_named_and_cost_no_more_than_the_file() -> None:
    text = HEADER + "".join(line(n % 60, '"open' if n % 2 else '"closed"') for n in range(20_000))
    assert len(broken(text)) == 10_000
    assert len(good(text)) == 10_000


def test_a_file_of_torn_rows_alone_ends() -> None:
    rows = table(HEADER + 'a,b,"""\n' * 400_000)
    assert sum(row.broken is not None for row in rows) + sum(
        json.loads(row.text)["v"].count("\n") + 1 for row in rows if row.broken is None
    ) == 400_000  # fmt: skip


def test_line_breaks_of_every_kind_in_quotes_are_words() -> None:
    text = HEADER.replace("\n", "\r\n") + 't,h,"one\r\ntwo\nthree"\r\n' + "t2,h2,v2\r\n"
    assert good(text) == {
        2: {"ts": "t", "host": "h", "v": "one\r\ntwo\nthree"},
        5: {"ts": "t2", "host": "h2", "v": "v2"},
    }


def test_rows_of_other_lengths_are_torn_but_empty_fields_at_the_end_are_none() -> None:
    text = HEADER + "t,h\n" + "t,h,v\n" + "t,h,v,\n" + "t,h,v,w\n"
    assert list(good(text)) == [3, 4]
    assert broken(text) == {2: "2 fields, the header has 3", 5: "4 fields, the header has 3"}


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_header_tells_the_delimiter(mark: str) -> None:
    text = mark.join(["ts", "a host", "v"]) + "\n" + mark.join(["t", "h", '"x, y; z"']) + "\n"
    assert good(text) == {2: {"ts": "t", "a host": "h", "v": "x, y; z"}}


def test_a_delimiter_that_is_said_is_taken() -> None:
    assert good("sep=;\nts;v\n1;2,3\n") == {3: {"ts": "1", "v": "2,3"}}
    assert good("ts;a,v\n1;2,3\n", ",") == {2: {"ts;a": "1;2", "v": "3"}}


def test_columns_of_one_name_are_a_list() -> None:
    assert good("ts,host,host\nt,a,b\n") == {2: {"ts": "t", "host": ["a", "b"]}}


def test_a_time_in_columns_of_one_name_is_asked_for_by_number(put: Put) -> None:
    path = put("a.csv", "ts,ts\n2026-11-21T14:00:00Z,2026-11-21T14:30:00Z\n")
    (gap,) = read(path, map={"time": "ts"}).gaps
    assert "`ts` holds 2 values; name one, such as `ts.0`" in gap.statement
    assert len(read(path, map={"time": "ts.1"}).facts) == 1


def test_a_header_that_cannot_be_read_ends_the_read() -> None:
    with pytest.raises(SourceError, match="header cannot be read: a quote is opened"):
        table('ts,"host\n1,2\n')


def test_no_file_is_no_rows() -> None:
    assert table("") == table("\n\n") == table(HEADER) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json"])
def test_every_usual_encoding_tells_the_same(put: Put, name: str, encoding: str) -> None:
    rows = [{"ts": f"2026-11-21T14:{n:02d}:00Z", "v": "Grüße, 😀"} for n in range(3)]
    text = {
        "a.csv": "ts;v\r\n" + "".join(f"{row['ts']};{row['v']}\r\n" for row in rows),
        "a.jsonl": "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows),
        "a.json": json.dumps(rows, ensure_ascii=False),
    }[name]
    found = read(put(name, text.encode(encoding)), map={"time": "ts", "label": "v"})
    assert found.gaps == []
    assert [row[3] for row in told(found)] == ["`Grüße, 😀` was recorded by `test`"] * 3


def test_utf_32_says_what_to_do(put: Put) -> None:
    found = read(put("a.csv", "ts,v\n".encode("utf-32")), map={"time": "ts"})
    assert found.failure is not None
    assert "save it as UTF-8" in str(found.failure)


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_zeros_of_a_torn_write_hide_no_row(put: Put, name: str) -> None:
    rows = [f"2026-11-21T14:0{n}:00Z" for n in range(3)]
    text = (
        "ts,v\n" + "".join(f"{ts},x\n" for ts in rows)
        if name == "a.csv"
        else "".join(f'{{"ts": "{ts}"}}\n' for ts in rows)
    )
    cut = text.rindex("\n", 0, -1) + 1
    found = read(put(name, text[:cut] + "\0" * 4096 + text[cut:] + "\0" * 100), map={"time": "ts"})
    assert len(found.facts) == 3
    assert found.gaps == []


@given(
    st.lists(
        st.tuples(*[st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)] * 3),
        max_size=8,
    )
)
def test_what_a_writer_writes_is_read(rows: list[tuple[str, str, str]]) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["a", "b", "c"])
    writer.writerows(rows)
    assert [tuple(row.values()) for row in good(out.getvalue(), ",").values()] == rows
