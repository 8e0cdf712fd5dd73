"""Which of what a source calls a revision is a commit that others tell too."""

from collectors.kit.changes import revisions
from collectors.kit.rows import tagged

SHA = "0123456789abcdef" * 2 + "01234567"


def test_the_first_whole_hash_is_the_commit() -> None:
    assert revisions.labels(["v1.2", SHA.upper(), "f" * 40]) == {"commit": SHA}
    assert revisions.labels(["f" * 64]) == {"commit": "f" * 64}
    for none in ([], ["v1.2"], [SHA[:12]], [f"{SHA}0"], [f"g{SHA[1:]}"]):
        assert revisions.labels(none) == {}


def test_a_tag_names_it() -> None:
    told = tagged.about(
        "deploy.finished", ["version:2.1", f"git.commit.sha:{SHA}", "service:shop"], "shop", "x"
    )
    assert told.subject.labels == {"commit": SHA}
    assert told.names["revision"] == SHA
