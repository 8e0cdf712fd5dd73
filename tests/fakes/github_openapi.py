"""GitHub's official OpenAPI description, cut to the paths in use; what it requires is filled in.

The description comes from the npm package `@octokit/openapi`, which `make test` fetches; only the
cut is kept, in the cache folder, because reading the whole one takes seconds.
"""

import json
from pathlib import Path
from typing import Any

_REPOSITORY = "/repos/{owner}/{repo}"
PATHS = tuple(
    _REPOSITORY + path
    for path in ("", "/deployments", "/deployments/{deployment_id}/statuses", "/releases", "/pulls", "/compare/{basehead}",
                 "/actions/runs", "/actions/runs/{run_id}/jobs", "/actions/runs/{run_id}/attempts/{attempt_number}",
                 "/pulls/{pull_number}/files", "/issues", "/issues/{issue_number}", "/issues/{issue_number}/timeline")
)  # fmt: skip
_VALUES = {"uri": "https://git.example/x", "date-time": "2012-07-20T01:19:13Z", "email": "a@git.example"}


def cut_openapi(node_modules: Path) -> dict[str, Any]:
    """Give the description with the paths in use alone, and the components that they need."""
    package = node_modules / "@octokit/openapi"
    version = json.loads((package / "package.json").read_text())["version"]
    kept = node_modules.parent / f"github-openapi-{version}.json"
    if kept.exists() and set(json.loads(kept.read_text())["paths"]) == set(PATHS):
        return dict(json.loads(kept.read_text()))
    whole = json.loads((package / "generated/api.github.com.json").read_text())
    paths = {path: {"get": whole["paths"][path]["get"]} for path in PATHS}
    cut = {name: whole[name] for name in ("openapi", "info", "servers")} | {"paths": paths, "components": {}}
    _take(whole, paths, cut["components"])
    # A range of dates (`A..B`), which its documentation asks for, is no date-time, which the description wants.
    cut["components"]["parameters"]["created"]["schema"].pop("format")
    part = kept.with_suffix(f".{id(cut)}.part")
    part.write_text(json.dumps(cut))
    part.replace(kept)
    return cut


def _take(whole: dict[str, Any], node: Any, components: dict[str, Any]) -> None:
    if isinstance(node, list):
        for item in node:
            _take(whole, item, components)
    elif isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            _, _, group, name = reference.split("/")
            if name not in components.setdefault(group, {}):
                components[group][name] = whole["components"][group][name]
                _take(whole, components[group][name], components)
        for item in node.values():
            _take(whole, item, components)


def answer_schema(openapi: dict[str, Any], path: str) -> Any:
    """Give the schema of a path's 200 answer."""
    return openapi["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]


def filled(openapi: dict[str, Any], schema: dict[str, Any], value: Any = None) -> Any:
    """Give the value with what the schema requires beside it: our collector reads none of that."""
    schema = _resolved(openapi, schema)
    if isinstance(value, list):
        return [filled(openapi, schema["items"], item) for item in value]
    if schema.get("type") == "object" or "properties" in schema:
        given = value if isinstance(value, dict) else {}
        known = schema.get("properties", {})
        made = {
            name: filled(openapi, known[name]) for name in schema.get("required", ()) if name not in given
        }
        nested = {
            n: filled(openapi, known[n], v) if isinstance(v, dict | list) and n in known else v
            for n, v in given.items()
        }
        return made | nested
    if value is not None or schema.get("nullable"):
        return value
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "string")
    plain: dict[str, Any] = {"integer": 1, "number": 1, "boolean": False, "array": []}
    return plain[kind] if kind in plain else _VALUES.get(schema.get("format", ""), schema.get("example", "x"))


def _resolved(openapi: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema or "oneOf" in schema or "anyOf" in schema or "allOf" in schema:
        if "$ref" in schema:
            _, _, group, name = schema["$ref"].split("/")
            schema = openapi["components"][group][name]
        else:
            schema = next(schema[k] for k in ("oneOf", "anyOf", "allOf") if k in schema)[0]
    return schema
