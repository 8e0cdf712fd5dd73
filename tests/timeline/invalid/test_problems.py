"""What is said of refused data: our words, the path that people wrote, nothing of the value."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from timeline.invalid.problems import first, plain, problems
from timeline.zones import Duration


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    field: str
    values: dict[str, Literal["a.one", "a.two"]] = {}


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["a.one", "a.two", "custom"] | Inner = "custom"
    wait: Duration = "1s"
    several: tuple[Inner, ...] = Field((), alias="item")
    port: int | None = Field(None, ge=1, le=65535)
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    words: str = Field("x", min_length=1, max_length=9, pattern="^[a-z]+$", description="small letters")
    flag: bool = False

    @field_validator("words")
    @classmethod
    def _no_fool(cls, value: str) -> str:
        if value == "fool":
            raise ValueError("`fool` is taken")
        return value


SAID = {
    "a near name": ({"kind": "a.on"}, ["'kind' has 'a.on', which is none of its 3 names; did you mean 'a.one'?"]),
    "a name far off": ({"kind": "hunter2hunter2"}, ["'kind' has a name that is not known; it takes one of 'a.one', 'a.two', 'custom' or a table with field, values"]),
    "inside a branch": ({"kind": {"filed": "x"}}, ["'kind.field' is missing: a text", "unknown key 'kind.filed'; did you mean 'field'?"]),
    "a value of a table": ({"kind": {"field": "x", "values": {"k": 1}}}, ["'kind.values.k' is a number; it takes one of 'a.one', 'a.two'"]),
    "items count from one": ({"item": [{"field": "x"}, {"field": 3}]}, ["'item.2.field' is a number; it takes a text"]),
    "no list": ({"item": "x"}, ["'item' is a text; it takes a list of a table with field, values"]),
    "a form of ours": ({"wait": "soon"}, ["'wait': 'soon' is not a duration such as 30s, 5m or 1h30m"]),
    "no text of ours": ({"wait": 3}, ["'wait' is a number; it takes a duration such as '30s', '5m' or '1h30m'"]),
    "a number out of bounds": ({"port": 0}, ["'port' is out of range; it takes a whole number from 1 to 65535"]),
    "a text for a number": ({"port": "x"}, ["'port' is a text; it takes a whole number from 1 to 65535"]),
    "open bounds": ({"share": 1}, ["'share' is out of range; it takes a number above 0 below 1"]),
    "another form": ({"words": "ABC"}, ["'words' has another form; it takes a text that is not empty of at most 9 (small letters)"]),
    "too long": ({"words": "a" * 10}, ["'words' is too long; it takes a text that is not empty of at most 9"]),
    "a check of ours": ({"words": "fool"}, ["'words': `fool` is taken"]),
    "neither true nor false": ({"flag": "maybe"}, ["'flag' is a text; it takes true or false"]),
    "a key of a table inside": ({"field": "x"}, ["unknown key 'field'; did you mean 'kind.field'?"]),
    "a key near none": ({"zzzzzz": 1}, ["unknown key 'zzzzzz'; known are kind, wait, item, port, share, words, flag"]),
    "no table": (3, ["it is a number; it takes a table with kind, wait, item, port, share, words, ..."]),
}  # fmt: skip


@pytest.mark.parametrize("case", list(SAID))
def test_each_kind_of_fault_is_said_in_our_words(case: str) -> None:
    raw, told = SAID[case]
    with pytest.raises(ValidationError) as raised:
        Outer.model_validate(raw)
    assert [one.text for one in problems(raised.value, Outer, raw)] == told
    assert first(raised.value, Outer, raw) == told[0]
    for error in raised.value.errors():
        assert "nput should" not in plain(error)
        assert "hunter2" not in plain(error)


def test_any_annotation_is_a_model() -> None:
    raw: Any = [1, "x"]
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(tuple[int, ...]).validate_python(raw)
    assert first(raised.value, tuple[int, ...], raw) == "'2' is a text; it takes a whole number"
