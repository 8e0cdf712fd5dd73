"""Globs over paths, as ignored files are written."""

import pytest

from collectors.kit.changes.paths import called, matching

PATHS = [
    "main.tf",
    "infra/eu/main.tf",
    "helm/shop/values.yaml",
    "charts/helm/x",
    "config/app.toml",
    "src/config/a",
    "a/b.py",
]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.tf", ["infra/eu/main.tf", "main.tf"]),
        ("/*.tf", ["main.tf"]),
        ("helm/", ["charts/helm/x", "helm/shop/values.yaml"]),
        ("/helm/", ["helm/shop/values.yaml"]),
        ("config/**", ["config/app.toml"]),
        ("**/config/**", ["config/app.toml", "src/config/a"]),
        ("helm/*/values.yaml", ["helm/shop/values.yaml"]),
        ("helm/*", []),
        ("infra/**/main.tf", ["infra/eu/main.tf"]),
        ("infra/**/eu/*.tf", ["infra/eu/main.tf"]),
        ("?.py", ["a/b.py"]),
        ("?b.py", []),
        ("b.p?", ["a/b.py"]),
        ("[a]", []),
    ],
)
def test_what_a_glob_is_about(pattern: str, found: list[str]) -> None:
    assert matching(PATHS, [pattern]) == found


def test_a_file_is_told_once_and_many_by_the_first() -> None:
    assert matching(PATHS, ["*.tf", "main.*"]) == ["infra/eu/main.tf", "main.tf"]
    assert called(["a"]) == "a"
    assert called(["a", "b", "c"]) == "a and 2 more"
