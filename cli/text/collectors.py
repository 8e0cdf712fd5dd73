"""What can be read, and what each option takes, as `timeline collectors` prints it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from service.settings import registry, senders
from timeline.errors import UsageError
from timeline.invalid.expected import Form, branches, choices, described, expected, members

_DEEPEST = 3  # tables in tables


def collectors(name: str | None, *, as_json: bool) -> None:
    """Print what can be read; one that cannot be imported is listed with its reason."""
    rows = [_row(one) for one in (registry.expand(name) if name else registry.names())]
    if as_json:
        print(json.dumps(rows, indent=2))  # noqa: T201 - data goes to stdout
        return
    if name is None:
        print(f"webhook senders: {', '.join(senders.names())}\n")  # noqa: T201 - data
    for row in rows:
        print(f"{row['name']:20} {row['family'] or '-':8} {row['summary']}")  # noqa: T201 - data
        if name is not None and row.get("manual"):
            for heading, told in row["manual"].items():
                if heading != "example":
                    lines = [told] if isinstance(told, str) else told
                    print(f"    {heading}: " + f"\n{' ' * (len(heading) + 6)}".join(lines))  # noqa: T201 - data
        if row["options"] is not None:
            for line in options(registry.load(row["name"]).options_type, every=name is not None):
                print(line)  # noqa: T201 - data


def _row(name: str) -> dict[str, Any]:
    try:
        made = registry.load(name)
    except UsageError as err:
        return {"name": name, "family": None, "summary": str(err), "options": None, "tested_against": None}
    return {
        "name": name, "family": made.family, "summary": made.summary,
        "options": made.options_type.model_json_schema(), "tested_against": made.tested_against,
        "manual": made.manual._asdict() if made.manual else None,
    }  # fmt: skip


def options(model: type[BaseModel], path: str = "    ", *, every: bool) -> Iterator[str]:
    """Yield a line for each option: its default and what it takes; with `every`, those of tables and all names as well."""
    schema = model.model_json_schema().get("properties", {})
    for option, form in members(Form(model)).items():
        default = schema.get(option, {}).get("default", "required")
        told = f"{path}{option} = {json.dumps(default) if default != 'required' else default}"
        taken = f"{expected([form])}{described([form])}"
        yield f"{told:44} # {taken}" if taken else told
        if not every:
            continue
        if len(names := choices([form])) > 8:
            yield from (f"{' ' * 8}{name}" for name in names)
        inner = next((one.annotation for one in branches(form) if members(one)), None)
        if inner is not None and path.count(".") < _DEEPEST:
            yield from options(inner, f"{path}{option}.", every=every)
