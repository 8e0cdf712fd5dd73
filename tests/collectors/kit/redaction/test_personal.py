"""Data of persons is taken out where that is switched on; ids, times, machines and JSON stay what they are."""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.personal import alarms, outcomes
from benchmarks.secrets_made import is_held
from collectors.kit.redaction import Redactor
from collectors.kit.redaction.personal import KINDS, Personal, members
from service.settings.config import Kind
from timeline.errors import UsageError

ALL = Personal(KINDS, ["DE", "US"])


@pytest.mark.parametrize("seed", [7, 2026])
def test_data_of_persons_is_taken_out_and_clean_lines_stay(seed: int) -> None:
    rng = random.Random(seed)
    done, clean = outcomes(rng), alarms(rng)
    assert len(done) >= 300
    assert {one.made.kind.partition(".")[0] for one in done} == set(KINDS)
    assert len(clean) >= 1000
    for held in (False, True):
        those = [one for one in done if is_held(one.made.kind) == held]
        assert sum(one.is_out for one in those) >= 0.95 * len(those)
        lines = [one for one in clean if is_held(one[0]) == held]
        assert sum(text != redacted for _, text, redacted in lines) <= 0.04 * len(lines)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ask ada@example.org.", "ask [redacted:email]."),
        ("?to=ada%40example.org&x=1", "?to=[redacted:email]&x=1"),
        (r'{"to":"mar\u00eda@m\u00fcller.de"}', '{"to":"[redacted:email]"}'),
        ("git@github.com:acme/shop.git", "git@github.com:acme/shop.git"),
        ("deploy@web-1.example.org:/srv/app/", "deploy@web-1.example.org:/srv/app/"),
        ("Message-ID: <20261110.1@mail.example.org>", "Message-ID: <20261110.1@mail.example.org>"),
        ("wg-quick@wg0.service", "wg-quick@wg0.service"),
        ("1794304800 030 901820", "1794304800 [redacted:phone]"),
        ("at 1794304800123 +49 30 901820, yes", "at 1794304800123 [redacted:phone], yes"),
        ("IBAN DE89 3704 0044 0532 0130 00 BIC X", "IBAN [redacted:iban] BIC X"),
        ("DE89 3704 0044 0532 0130 01", "DE89 3704 0044 0532 0130 01"),
        ("order 4111111111111111", "order 4111111111111111"),
        ("card 4111111111111111", "card [redacted:card]"),
        ('{"card": 4111111111111111, "n": 1}', '{"card": "[redacted:card]", "n": 1}'),
        ('{"n": [4111111111111111, 2]}', '{"n": ["[redacted:card]", 2]}'),
        (r'"{\"card\":4111111111111111}"', r'"{\"card\":\"[redacted:card]\"}"'),
        ("client 93.184.216.34:443, 10.0.0.1", "client [redacted:ip]:443, 10.0.0.1"),
        ('{"instance":"93.184.216.34:9100"}', '{"instance":"93.184.216.34:9100"}'),
        ("2a00:1450:4001:82a::200e and 10:15:00", "[redacted:ip] and 10:15:00"),
        ("Steuer-ID 36574261809, 36574261809", "Steuer-ID [redacted:national_id], 36574261809"),
        ("IMEI: 490154203237518", "IMEI: [redacted:imei]"),
        ("born 1984-05-06, paid 1984-05-06", "born [redacted:birth_date], paid 1984-05-06"),
    ],
)  # fmt: skip
def test_what_is_taken_out_and_what_stays(before: str, after: str) -> None:
    assert Redactor(ALL).redact_text(before) == after
    assert Redactor(ALL).redact_text(after) == after
    assert Redactor().redact_text(before) == before  # off, unless it is switched on


def test_only_the_chosen_kinds_are_taken_out() -> None:
    text = "ada@example.org called from 93.184.216.34"
    assert Redactor(Personal(["ip"])).redact_text(text) == "ada@example.org called from [redacted:ip]"
    assert (
        Redactor(Personal(["phone"])).redact_text("030 901820, +49 30 901820")
        == "030 901820, [redacted:phone]"
    )
    assert set(get_args(Kind)) == set(KINDS)


def test_members_that_name_people_stay() -> None:
    data = b'{"profile":{"email":"ada@example.org"},"text":"ada@example.org","log":"{\\"email\\":\\"ada@example.org\\"}"}'
    counts = Counter[str]()
    kept = json.loads(Redactor(ALL).redact(data, counts, members.pattern(["email"])))
    assert kept == {
        "profile": {"email": "ada@example.org"}, "text": "[redacted:email]", "log": '{"email":"ada@example.org"}',
    }  # fmt: skip
    assert counts == {"email": 1}
    commit = b"Ada\nada@example.org\nAsk bob@example.org\n"
    assert Redactor(ALL).redact(commit, None, members.pattern([members.LINE])) == commit.replace(
        b"bob@example.org", b"[redacted:email]"
    )
    assert Redactor(ALL).redact(data, None, members.pattern([members.ALL])) == data


def test_each_of_many_is_taken_out_across_parts() -> None:
    rng = random.Random(3)
    data = b"".join(b"ada%d@example.org " % n + b"x" * rng.randrange(200) + b" " for n in range(4000))
    counts = Counter[str]()
    assert b"@" not in Redactor(ALL).redact(data, counts)
    assert counts == {"email": 4000}


VALUES = st.one_of(
    st.integers(), st.floats(allow_nan=False), st.text(), st.booleans(),
    st.sampled_from(["ada@example.org", 4111111111111111, "+49 30 901820", "93.184.216.34", 490154203237518, "born 1984-05-06"]),
)  # fmt: skip
NAMES = st.sampled_from(["email", "card", "phone", "imei", "x", "a@b.org"])


@given(st.recursive(VALUES, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner)))
def test_json_stays_json_and_is_stable(value: object) -> None:
    redactor = Redactor(ALL)
    once = redactor.redact(json.dumps({"value": value, "text": json.dumps(value)}).encode())
    json.loads(once)
    assert redactor.redact(once) == once


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    with pytest.raises(UsageError, match=r"incident-timeline\[personal\]"):
        Personal(["email"])


def test_a_region_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="'Germany' is no region"):
        Personal(["phone"], ["Germany"])
