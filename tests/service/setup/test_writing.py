"""What `init` writes can be read, whatever a server, a repository or a person is called."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from collectors.base import Suggestion
from service.setup.look import Proposal
from service.setup.writing import SourceText, document

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(TEXT, TEXT, TEXT, st.booleans(), st.floats(0.01, 1e9), st.lists(TEXT, max_size=3))
def test_any_text_stays_a_text(
    name: str, query: str, why: str, is_sure: bool, above: float, tags: list[str]
) -> None:
    source = SourceText(
        name, "git", {"path": query}, [Suggestion("deploy_tags", tags, why, is_sure)], [Proposal(name, query, above, why, why)], [why]
    )  # fmt: skip
    read = tomllib.loads(document([source], {name: tags}, query, why))
    [written] = read["source"]
    assert (written["name"], written["path"], written.get("deploy_tags")) == (
        name,
        query,
        tags if is_sure else None,
    )
    [threshold] = written["threshold"]
    assert (threshold["name"], threshold["query"], threshold["above"]) == (name, query, above)
    assert read["people"] == {name: tags}
    assert read.get("chart_url", "") == query
