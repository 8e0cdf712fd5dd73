"""The user's own kubeconfig: several files, what it lacks, and what it must not make us do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import pytest
import yaml
from pydantic import ValidationError

from collectors.base import SourceError
from collectors.kit.kubernetes.kubeconfig import Login, login
from collectors.kit.kubernetes.options import KubernetesOptions


def write(path: Path, context: str, user: dict[str, Any] | None = None, **cluster: Any) -> Path:
    config = {
        "current-context": context,
        "contexts": [{"name": context, "context": {"cluster": "c", "user": "u", "namespace": "shop"}}],
        "clusters": [{"name": "c", "cluster": {"server": f"https://{context}.example", **cluster}}],
        "users": [{"name": "u", "user": user or {"token": "t-t-t"}}],
    }
    path.write_text(yaml.safe_dump(config))
    return path


def test_of_several_files_the_first_that_names_it_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (
        write(tmp_path / "a", "first"),
        write(tmp_path / "b", "second", {"username": "ada", "password": "p"}),
    )
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path / 'none'}:{first}:{second}")
    assert anyio.run(login, "current") == Login("https://first.example", "shop", token="t-t-t")
    assert anyio.run(login, "second").token == "t-t-t", "users and clusters of one name are the first one's"
    monkeypatch.setenv("KUBECONFIG", f"{second}:{first}")
    assert anyio.run(login, "current").by == "a password"


def test_without_a_variable_it_is_the_one_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(SourceError, match="there is no kubeconfig"):
        anyio.run(login, "current")
    (tmp_path / ".kube").mkdir()
    write(tmp_path / ".kube" / "config", "home")
    assert anyio.run(login, "home").server == "https://home.example"


@pytest.mark.parametrize(
    ("user", "cluster", "said"),
    [
        ({}, {"insecure-skip-tls-verify": True}, "sets insecure-skip-tls-verify"),
        ({}, {"tls-server-name": "other"}, "sets tls-server-name"),
        ({}, {"certificate-authority-data": "!"}, "is no base64"),
        ({"tokenFile": "not-there"}, {}, "not-there"),
        ({"exec": {"command": "false"}}, {}, "ended with 1"),
        ({"exec": {"command": "true"}}, {}, "printed no JSON"),
        ({"exec": {"command": "./no-such-program"}}, {}, "cannot be run"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said(
    user: dict[str, Any], cluster: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(write(tmp_path / "config", "c", user, **cluster)))
    with pytest.raises(SourceError, match=said):
        anyio.run(login, "current")


def test_one_that_is_no_yaml_is_not_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config"
    monkeypatch.setenv("KUBECONFIG", str(path))
    for text in ("token: [hush-hush", "!!python/object/apply:os.system [hush-hush]"):
        path.write_text(text)
        with pytest.raises(SourceError, match="cannot be read") as raised:
            anyio.run(login, "current")
        assert "hush" not in str(raised.value)


def test_a_configuration_names_a_context_or_an_address() -> None:
    assert KubernetesOptions().url == "https://kubernetes.default.svc"
    for given in ({"url": "https://api.example"}, {"auth": {"bearer": "env:T"}}, {"tls": {"ca": "x"}}):
        with pytest.raises(ValidationError, match="in place of"):
            KubernetesOptions.model_validate({**given, "kube_context": "x"})
