"""The files of `examples/serve`: by their published schemas, and of one mind. `test_serve_boxed.py` runs them."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.released import BIN, PROJECT

HOME = Path(__file__).resolve().parent.parent
EXAMPLES = HOME / "examples/serve"
COMPOSE = EXAMPLES / "compose.yaml"
KUBERNETES = EXAMPLES / "kubernetes.yaml"
UNIT = EXAMPLES / "incident-timeline.service"
SETTINGS = (EXAMPLES / "timeline.toml").read_text()
CONTAINER = (HOME / "Containerfile").read_text()
SECRETS = ("token-ada", "webhook-am")
STATE, SECRET_FOLDER = "/var/lib/incident-timeline", "/run/secrets/incident-timeline"


def service() -> dict[str, Any]:
    """The one service of the compose file."""
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())["services"]["serve"]
    return found


def documents() -> dict[str, dict[str, Any]]:
    """The objects of the manifest, by kind."""
    return {one["kind"]: one for one in yaml.safe_load_all(KUBERNETES.read_text())}


def pod() -> dict[str, Any]:
    found: dict[str, Any] = documents()["Deployment"]["spec"]["template"]["spec"]
    return found


def unit() -> dict[str, list[str]]:
    """The settings of the unit's [Service], each with all of its values."""
    lines = UNIT.read_text().partition("[Service]")[2].partition("[Install]")[0].splitlines()
    pairs = [line.partition("=") for line in lines if "=" in line and not line.startswith("#")]
    return {name: [value for key, _, value in pairs if key == name] for name, _, _ in pairs}


# --- by schema -----------------------------------------------------------------------------------


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=EXAMPLES, capture_output=True, text=True, check=False)


def test_the_compose_file_is_one(tmp_path: Path) -> None:
    check = (BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec")
    assert run(*check, COMPOSE).returncode == 0
    (tmp_path / "wrong.yaml").write_text(COMPOSE.read_text().replace("read_only: true", "read_only: [often]"))
    worse = run(*check, tmp_path / "wrong.yaml")
    assert worse.returncode == 1
    assert "read_only" in worse.stdout + worse.stderr


def validated(path: Path, version: str) -> subprocess.CompletedProcess[str]:
    return run(BIN / "kubernetes-validate", "--strict", "--kubernetes-version", version, path)


@pytest.mark.parametrize("version", ["1.30", "1.33", "1.37"])
def test_the_manifest_is_one_for_clusters_old_and_new(version: str) -> None:
    done = validated(KUBERNETES, version)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_manifest_with_a_misspelt_name_is_none(tmp_path: Path) -> None:
    text = KUBERNETES.read_text().replace("readOnlyRootFilesystem", "readonlyRootFilesystem")
    (tmp_path / "wrong.yaml").write_text(text)
    assert validated(tmp_path / "wrong.yaml", "1.37").returncode != 0


def test_the_unit_is_one_and_exposes_little(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not there")
    text = UNIT.read_text().replace("/opt/incident-timeline/bin/timeline", "/usr/bin/env")

    def verify(text: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / UNIT.name).write_text(text)
        return run("systemd-analyze", "verify", "--man=no", tmp_path / UNIT.name)

    done = verify(text)
    assert (done.returncode, done.stderr) == (0, "")
    assert verify(text.replace("ProtectSystem=strict", "ProtectSystem=somewhat")).stderr != ""
    # In tenths: 100 is a service that nothing holds; below 20 systemd itself calls it "OK".
    secure = ("systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=15")
    assert run(*secure, UNIT).returncode == 0
    (tmp_path / UNIT.name).write_text(text.replace("ProtectSystem=strict", "").replace("DynamicUser=yes", ""))
    assert run(*secure, tmp_path / UNIT.name).returncode == 1


# --- what they agree on --------------------------------------------------------------------------


def test_one_configuration_is_in_all_of_them() -> None:
    assert documents()["ConfigMap"]["data"]["timeline.toml"] == SETTINGS
    assert yaml.safe_load(COMPOSE.read_text())["configs"]["settings"]["file"] == "./timeline.toml"
    settings = tomllib.loads(SETTINGS)
    assert settings["out"] == STATE
    command = ["serve", "--config", "/etc/incident-timeline/timeline.toml"]
    assert service()["command"] == pod()["containers"][0]["args"] == command
    assert shlex.split(unit()["ExecStart"][0])[1:] == command
    assert unit()["StateDirectory"] == [STATE.removeprefix("/var/lib/")]


def test_they_give_it_the_same_time_to_end() -> None:
    assert service()["stop_grace_period"] == "60s"
    assert pod()["terminationGracePeriodSeconds"] == 60
    assert unit()["TimeoutStopSec"] == ["60"]


def test_the_user_is_the_container_s_own() -> None:
    user, *others = re.findall(r"--(?:uid|gid) (\d+)", CONTAINER)
    assert set(others) == {user}
    group = user
    assert re.findall(r"^USER (.+)$", CONTAINER, re.MULTILINE) == [f"{user}:{group}"]
    assert service()["user"] == f"{user}:{group}"
    assert {pod()["securityContext"][name] for name in ("runAsUser", "runAsGroup", "fsGroup")} == {int(user)}
    assert f"-o {user} -g {group} {STATE}" in CONTAINER  # a new volume takes its owner from there


def test_no_secret_is_in_any_of_them() -> None:
    """Every token and proof is a reference to a file that is mounted, and no environment carries one."""
    settings = tomllib.loads(SETTINGS)["serve"]
    named = [one["token"] for one in settings["token"]] + [one["secret"] for one in settings["webhook"]]
    assert named == [f"file:{SECRET_FOLDER}/{name}" for name in SECRETS]
    assert "environment" not in service()
    assert "env_file" not in service()
    assert [one["target"] for one in service()["secrets"]] == [f"{SECRET_FOLDER}/{name}" for name in SECRETS]
    assert "Secret" not in documents()
    assert not {"env", "envFrom"} & set(pod()["containers"][0])
    loaded = dict(one.split(":") for one in unit()["LoadCredential"])
    assert loaded == {name: f"/etc/incident-timeline/secrets/{name}" for name in SECRETS}
    assert "Environment" not in unit()


def test_nobody_who_takes_it_over_gets_more_than_it_has() -> None:
    assert service()["read_only"] is True
    assert service()["cap_drop"] == ["ALL"]
    assert service()["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for port in service()["ports"])
    (container,) = pod()["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip
    assert pod()["securityContext"]["runAsNonRoot"] is True
    assert pod()["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert (pod()["automountServiceAccountToken"], container["resources"]["limits"]["memory"]) == (
        False,
        "2Gi",
    )
    assert documents()["Deployment"]["spec"]["strategy"] == {"type": "Recreate"}
    assert container["image"].endswith(f":{PROJECT['version']}")


def test_what_looks_after_it_asks_what_it_answers() -> None:
    (container,) = pod()["containers"]
    (port,) = container["ports"]
    assert f"\nEXPOSE {port['containerPort']}\n" in CONTAINER
    asked = {kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    assert {kind: get["path"] for kind, get in asked.items()} == {
        "startup": "/livez", "liveness": "/livez", "readiness": "/readyz",
    }  # fmt: skip
    assert {get["port"] for get in asked.values()} == {port["name"]}
    assert documents()["Service"]["spec"]["ports"][0]["targetPort"] == port["name"]
    assert service()["healthcheck"]["test"][1:4] == ["timeline", "serve", "--probe"]
    assert re.search(r'^HEALTHCHECK .*\\\n  CMD \["timeline", "serve", "--probe"\]$', CONTAINER, re.MULTILINE)
