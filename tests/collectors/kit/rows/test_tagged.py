"""Tags: the kind that one makes of a record, and what those of the form `name:value` say of it."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from collectors.kit.rows.tagged import TagKinds, about, kind_of, named


def test_the_first_configured_tag_that_is_there_counts() -> None:
    kinds = TypeAdapter(TagKinds).validate_python({"deploy": "deploy.finished", "source:x": "change.flag"})
    assert kind_of(["source:x", "deploy"], kinds) == "deploy.finished"
    assert kind_of(["source:x"], kinds) == "change.flag"
    assert kind_of(["deploys"], kinds) == "custom"


@pytest.mark.parametrize("kind", ["alert.firing", "metric.crossed_above", "log.first_seen"])
def test_what_is_computed_or_an_alert_s_is_no_tag_s(kind: str) -> None:
    with pytest.raises(ValidationError, match="what has a tag cannot be one"):
        TypeAdapter(TagKinds).validate_python({"x": kind})


def test_names_are_of_tags_that_name_and_the_title_is_what_the_statement_needs() -> None:
    tags = ["env:prod", "service=shop", "revision:4f1c", "revision:5a2d", "plain", "9:a", "url:http://h"]
    assert named(tags) == {"env": "prod", "service": "shop", "revision": "5a2d", "url": "http://h"}
    told = about("deploy.finished", tags, "Deployed", "Tool")
    assert (told.subject.service, told.subject.environment) == ("shop", "prod")
    assert {name: value for name, value in told.names.items() if value} == {
        "deploy": "Deployed", "environment": "prod", "service": "shop", "revision": "5a2d", "source": "Tool",
    }  # fmt: skip
