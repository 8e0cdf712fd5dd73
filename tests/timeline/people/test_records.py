"""Names in payloads: words of records, and members that name somebody."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.model import Person
from timeline.people.names import Names
from timeline.people.records import masked

NAMES = Names(
    [
        Person(identity="slack:T1:U0123456", names=("Ada Lovelace", "max", "王伟")),
        Person(identity="matrix:@lee:localhost"),
        Person(identity="git:root@host", names=("root", "root@host")),
    ],
    {
        "slack:T1:U0123456": "responder-1",
        "matrix:@lee:localhost": "responder-2",
        "git:root@host": "responder-3",
    },
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            '{"user": "U0123456", "x": "@lee:localhost", "host": "localhost"}',
            '{"user": "responder-1", "x": "responder-2", "host": "localhost"}',
        ),
        ('{"user": "max", "fold": "max", "y": 1}', '{"user": "responder-1", "fold": "max", "y": 1}'),
        (
            '{"author": {"name": "max", "x": {"name": "max"}}, "name": "max"}',
            '{"author": {"name": "responder-1", "x": {"name": "max"}}, "name": "max"}',
        ),
        ('"createdBy": "max"', '"createdBy": "responder-1"'),
        ('{"group_by": "max", "closed_by": "max"}', '{"group_by": "max", "closed_by": "responder-1"}'),
        (r'{"text": "so\nAda Lovelace \"did\""}', r'{"text": "so\nresponder-1 \"did\""}'),
        (r'{"text": "\u738b\u4f1f"}', '{"text": "responder-1"}'),
        ('{"text": "Ada Lovelace cut', '{"text": "responder-1 cut'),
        ("abc\nroot\nroot@host\n\nroot cause", "abc\nresponder-3\nresponder-3\n\nroot cause"),
        ("level=info user=Ada Lovelace max=3", "level=info user=responder-1 max=3"),
    ],
)
def test_a_payload_names_nobody(text: str, shown: str) -> None:
    assert masked(text, NAMES) == shown


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["max", "Ada Lovelace", "root"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["user", "name", "x", "by"]) | st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@given(_JSON, st.booleans(), st.sampled_from([None, 2]))
def test_json_stays_json_of_the_same_form(value: object, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    if text.startswith(("{", "[")):
        assert _form(json.loads(masked(text, NAMES))) == _form(value)


def _form(value: object) -> object:
    if isinstance(value, dict):
        return {key: _form(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_form(member) for member in value]
    return "text" if isinstance(value, str) else value
