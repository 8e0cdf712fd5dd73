"""The pages of options: `timeline.toml`, every collector, the incident file, and kinds with their names."""

from __future__ import annotations

import json
from collections.abc import Sequence

import support
from options import Model, example, key, models, own, shown, table, toml, written
from pydantic.fields import FieldInfo

from collectors.base import AnyCollector, Options
from collectors.kit.access import Auth, HttpOptions, Tls
from collectors.kit.signing import SigV4
from collectors.kit.tokens import ClientCredentials
from service.incident.incidents import IncidentForm
from service.settings import registry
from service.settings.check import CheckSettings
from service.settings.config import Settings
from timeline.document import schema
from timeline.kinds import SPECS
from timeline.statements import fields

_MADE = "Made from the models by `python tools/reference.py`."
_LISTS = ("threshold", "impact", "serve.token", "serve.webhook", "remind")
#: What the page says once, for all.
_SHARED: dict[Model, str] = {Auth: "auth", Tls: "tls", SigV4: "auth.sigv4", ClientCredentials: "auth.oauth"}
_TESTED = {
    "real": "against the real system",
    "emulator": "against an emulator",
    "schema": "against a fake that the vendor's schema or client checks",
    "recorded": "on recorded answers",
    "fake": "against a fake of ours",
}


def _block(lines: Sequence[str], language: str = "toml", title: str = "") -> str:
    named = f' title="{title}"' if title else ""
    return f"```{language}{named}\n" + "\n".join(lines) + "\n```\n"


def _below(fields_: Sequence[tuple[str, FieldInfo]], prefix: str, level: str) -> list[str]:
    """Return a section for each table below these options, but for those said elsewhere."""
    parts = []
    for path, model in models(fields_):
        if model in _SHARED:
            continue
        name = f"{prefix}{path}"
        heading = f"[[{name}]]" if path in _LISTS else f"[{name}]"
        parts += [f"{level} `{heading}`\n", f"{_doc(model)}\n", *table(shown(model)), ""]
    return parts


def _doc(model: Model) -> str:
    return " ".join((model.__doc__ or "").split())


def configuration() -> str:
    """Return the page of `timeline.toml`."""
    top = shown(Settings)
    whole = [
        f"{key(n)} = {toml(example(f))}"
        for n, f in top
        if n not in {"archive", "serve", "check", "people", "review", "remind"}
    ]
    people = example(Settings.model_fields["people"])
    whole += ["", "[people]", *(f"{key(n)} = {toml(v)}" for n, v in people.items())]
    whole += ["", "[check]", *_lines(CheckSettings)]
    parts = [
        "# timeline.toml\n",
        f"{_MADE} It is looked for in the working directory and upward; paths in it start from its folder. An unknown key",
        "is an error that names the nearest one. `timeline init` writes a first one, `timeline doctor` tries it.\n",
        "A duration is `90s`, `5m`, `1h30m`, `250ms` or `7d`. A secret is a reference: `env:NAME`, `file:PATH` or `keyring:NAME`.\n",
        "## At the top\n", *table(top), "\nAll of it, and what checks a draft:\n", _block(whole, title="timeline.toml"),
        "## `[[source]]`\n",
        "One for each system that is read. `collector` is one of [these](collectors.md), with its options; `name` is what it",
        "is called everywhere (default: the collector's). `prometheus` is short for both `prometheus_` collectors.\n",
        _block(["[[source]]", 'name = "prod"', 'collector = "prometheus"', 'url = "https://prometheus.example"',
                'auth = { bearer = "env:PROM_TOKEN" }'], title="timeline.toml"),
        *_below(top, "", "##"),
        "## `.timeline-check.toml`\n",
        "What `[check]` says, for one incident or a folder of them: the nearest one, from the incident's folder upward, goes before",
        "`[check]`, option by option.\n",
        _block(_lines(CheckSettings), title=".timeline-check.toml"),
    ]  # fmt: skip
    return "\n".join(parts)


def _lines(model: Model) -> list[str]:
    return [f"{key(written(n, f))} = {toml(example(f))}" for n, f in shown(model) if example(f) is not None]


def collectors() -> str:
    """Return what can be read, and the options that all sources share."""
    parts = [
        "# Collectors\n",
        f"{_MADE} Each has a page: what it reads, what its credential needs, how exact its times are, what it cannot",
        "give, its options. `prometheus` is short for both `prometheus_` collectors. Whatever it reads, each also takes the",
        "options of [every source](#every-source), and where it has a `url` those of [every source that speaks",
        "HTTP](#every-source-that-speaks-http); what they are for at length is in [reach a source](../how-to/reach-a-source.md).\n",
        "The last three columns: about how many lines its folder has, which collectors of one system share; how many forms of its",
        "answers its reader is fuzzed with; under how many [faults](faults.md) it was run.\n",
        "| collector | family | what it reads | times | tested | lines | forms | faults |", "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name in registry.names():
        made = registry.load(name)
        times = made.manual.precision if made.manual else ""
        cells = (
            f"[`{name}`](../sources/{name}.md)",
            made.family,
            _summary(made),
            times,
            _TESTED[made.tested_against],
            support.lines(made),
            support.payloads(name),
            support.faults(name),
        )
        parts.append("| " + " | ".join(cells) + " |")
    base = set(Options.model_fields)
    http = [(n, f) for n, f in shown(HttpOptions) if n not in base]
    parts += ["\n## Every source\n", *table(shown(Options)), ""]
    parts += ["## Every source that speaks HTTP\n", *table(http), ""]
    for shared, name in _SHARED.items():
        parts += [f"### `{name}`\n", f"{_doc(shared)}\n", *table(shown(shared)), ""]
    return "\n".join(parts)


def _summary(made: type[AnyCollector]) -> str:
    return made.summary[0].upper() + made.summary[1:]


def source(name: str) -> str:
    """Return the page of a collector: what it reads and needs, how exact, what not, a configuration, its options."""
    made = registry.load(name)
    model, manual = made.options_type, made.manual
    mine = own(model, (Options, HttpOptions))
    values = {n: example(f) for n, f in shown(model) if f.is_required()} | dict(
        manual.example if manual else {}
    )
    parts = [
        f"# {name}\n", f"{_MADE} {_summary(made)}. Family: {made.family}. Tested {_TESTED[made.tested_against]}.\n",
    ]  # fmt: skip
    if manual:
        parts += ["## What it reads\n", *(f"- {text}" for text in manual.reads), ""]
        parts += [
            "## What it needs\n",
            f"{manual.rights}\n",
            "## How exact its times are\n",
            f"{manual.precision}\n",
        ]
        parts += ["## What it cannot give\n", *(f"- {text}" for text in manual.limits), ""]
    tables = {n: v for n, v in values.items() if isinstance(v, list) and v and isinstance(v[0], dict)}
    lines = [f"{key(n)} = {toml(v)}" for n, v in values.items() if n not in tables]
    for option, rows in tables.items():
        for row in rows:
            lines += [f"[[source.{option}]]", *(f"{key(k)} = {toml(v)}" for k, v in row.items())]
    parts += [
        "## Configuration\n",
        _block(["[[source]]", f'collector = "{name}"', *lines], title="timeline.toml"),
    ]
    parts += [
        "## Options\n", *(table(mine) if mine else ["It has none of its own."]), "",
        "Beside these, the options of [every source](../reference/collectors.md#every-source)"
        + (" and of [every source that speaks HTTP](../reference/collectors.md#every-source-that-speaks-http)"
           if issubclass(model, HttpOptions) else "") + ".\n",
        *_below(mine, f"source of {name}: ", "###"),
    ]  # fmt: skip
    return "\n".join(parts).replace("](kinds.md)", "](../reference/kinds.md)")


def incident() -> str:
    """Return the page of the incident file."""
    form = [(n, f) for n, f in shown(IncidentForm) if n != "id"]
    named = {n: example(f) for n, f in form}
    plain = {n: v for n, v in named.items() if not isinstance(v, dict)}
    tables = {n: v for n, v in named.items() if isinstance(v, dict)}
    lines = [f"{n} = {toml(v)}" for n, v in plain.items()]
    for name, pairs in tables.items():
        lines += ["", f"[{name}]", *(f"{key(k)} = {toml(v)}" for k, v in pairs.items())]
    few = {n: named[n] for n in ("title", "severity", "start", "end", "services")}
    yaml = [f"{n}: {json.dumps(v)}" for n, v in few.items()]
    return "\n".join([
        "# The incident file\n",
        f"{_MADE} `timeline build INC-42` looks for `INC-42.toml`, `.yaml` or `.json` in the folder",
        "[`incidents`](configuration.md#at-the-top) names; a path stands for itself. What people claim in it becomes facts that",
        "say so (*per the incident file*). An unknown key is an error that names the nearest one, and a time without a zone is",
        "refused; TOML's own times may stand without quotes.\n",
        *(row.replace("| required |", "| the file's name |") for row in table(shown(IncidentForm))), "\nWith everything:\n", _block(lines, title="incidents/INC-42.toml"),
        "The same, shorter, as YAML and as JSON:\n", _block(yaml, "yaml", "incidents/INC-43.yaml"),
        _block(json.dumps(few, indent=2).splitlines(), "json", "incidents/INC-44.json"),
        "Without a file, `--start` and `--end`, or `--since`, give the times, and options of [`build`](command.md#timeline-build) the rest.\n",
    ])  # fmt: skip


def kinds() -> str:
    """Return the page of kinds."""
    made = schema()
    parts = [
        "# Kinds and their names\n",
        f"{_MADE} The vocabulary is closed: a fact is of one of these kinds, and its statement is made from the kind's template",
        "and its names alone. In a template `[...]` is left out where one of its names is missing, `:n` is a number, `:w` a word of",
        "ours, `:p` a pseudonym. A name in brackets may be missing; a number is marked `n`.\n",
        "`surfaced` says whether responders could see such a fact at its time.\n",
        "| kind | category | surfaced | statement | names |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for name, spec in SPECS.items():
        required = made["$defs"][f"names.{name}"]["required"]
        told = (
            f"`{n}`{' n' if f == 'n' else ''}" if n in required else f"[`{n}`{' n' if f == 'n' else ''}]"
            for n, f in fields(name).items()
        )
        cells = (
            f"`{name}`",
            spec.category,
            "yes" if spec.surfaced else "no",
            f"`{spec.template}`",
            ", ".join(told),
        )
        parts.append("| " + " | ".join(cells) + " |")
    return "\n".join(parts) + "\n"
