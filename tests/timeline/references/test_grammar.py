"""What is a reference, what only begins like one, and the ids that may be cited."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.measures.durations import MEASURES, SILENCED
from timeline.references.grammar import CITATION, LIKE, Reference, measure_id, parse, reference

A, B = "f-84285be8f9fc3c57", "f-51ea8a89e91de9c9"
IMPACT = "i-c845e64008d38c3e"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (f"{{{A}:time}}", (A, "time", "", "")),
        (f"{{ {A} : value }}", (A, "value", "", "")),
        (f"{{{A}:quote}}", (A, "quote", "", "")),
        ("{g-84285be8f9fc3c57:time}", ("g-84285be8f9fc3c57", "time", "", "")),
        (f"{{{A}..{B}:duration}}", (A, "duration", B, "")),
        ("{m:time to detect}", ("time to detect", "duration", "", "m")),
        ("{m: Time  to detect }", ("Time to detect", "duration", "", "m")),
        ("{m-firing-to-resolved}", ("m-firing-to-resolved", "duration", "", "")),
        ("{m-firing-to-resolved:duration}", ("m-firing-to-resolved", "duration", "", "")),
        ("{i:failed requests}", ("failed requests", "value", "", "i")),
        (f"{{{IMPACT}}}", (IMPACT, "value", "", "")),
        (f"{{{IMPACT}:value}}", (IMPACT, "value", "", "")),
    ],
)
def test_every_form_is_read(text: str, meant: tuple[str, str, str, str]) -> None:
    found = parse(text)
    assert found is not None
    assert (found.target, found.form, found.end, found.named) == meant
    assert LIKE.fullmatch(text)


@pytest.mark.parametrize(
    "text",
    [
        f"{{{A}}}", f"{{{A}:tme}}", f"{{{A}:duration}}", f"{{{A}:time", "{f-123:time}", f"{{{A.upper()}:time}}", "{m:}",
        f"{{{A}..{B}}}", f"{{{A}..:duration}}", "{m: }", f"{{{IMPACT}:time}}", "{i:a--b}", "{m:time\nto detect}",
    ],
)  # fmt: skip
def test_what_is_half_typed_is_no_reference(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    "text", ["{}", "{m}", "{i}", "{name}", "{{ value }}", "{f}", "{is: 1}", "{from: 5}", "f-1:time"]
)
def test_other_braces_are_nobodys_reference(text: str) -> None:
    assert parse(text) is None
    assert LIKE.search(text) is None


def test_a_reference_is_made_and_read_again() -> None:
    assert reference(A, "time") == f"{{{A}:time}}"
    assert reference(A) == f"{{{A}:time}}"
    assert reference(A, "duration", B) == f"{{{A}..{B}:duration}}"
    assert reference(IMPACT) == f"{{{IMPACT}}}"
    assert reference("m-firing-to-resolved", "duration") == "{m-firing-to-resolved:duration}"
    with pytest.raises(ValueError, match="is no reference"):
        reference(A, "duration")
    with pytest.raises(ValueError, match="is no reference"):
        reference("f-12", "time")


@given(st.text("{}fmig-:. 0123456789abcdetimquo", max_size=60))
def test_no_text_breaks_the_grammar(text: str) -> None:
    found = parse(text)
    assert found is None or isinstance(found, Reference)
    if found:
        assert parse(found.text) == found


def test_each_measure_has_an_id_that_can_be_cited() -> None:
    ids = [measure_id(name) for name in (*MEASURES, SILENCED)]
    assert len(set(ids)) == len(ids)
    for identity in ids:
        assert CITATION.fullmatch(identity)
        assert parse(f"{{{identity}}}")
