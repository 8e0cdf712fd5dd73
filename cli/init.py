"""`timeline init`: asks, or takes a target for each collector that there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from service.setup.trying import Wanted

#: What lets a command take an option for each collector, plug-ins included: they are read in `_wanted`.
CONTEXT = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": ["-h", "--help"]}
EPILOG = (
    "Each collector is an option with its target: `--prometheus http://localhost:9090 --git . --slack-export DIR "
    "--alertmanager URL --opensearch URL --matrix URL --github OWNER/NAME --jsonl FILE --pagerduty URL --slack CHANNELS`; "
    "`timeline collectors` lists them. Beside it `--github-url URL` names a server of one's own, `--github-ca FILE` the authority (PEM) of its certificate, "
    "and so for each collector. Credentials are taken by reference: where NAME_TOKEN, or NAME_LOGIN "
    "(user:password), of a collector's NAME is set in the environment, and its server asks for some."
)


def init(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Option("--dir", metavar="DIR", help="Where to write it.", file_okay=False, exists=True)
    ] = Path(),
    source: Annotated[
        list[str] | None,
        typer.Option(
            "--source",
            metavar="[COLLECTOR=]TARGET",
            help="A source to try; alone, its collector is found by asking; repeatable.",
        ),
    ] = None,
    chart_url: Annotated[
        str,
        typer.Option(
            "--chart-url", metavar="URL", help="Where people open the pages; {id} is the incident's id."
        ),
    ] = "",
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask; for scripts.")] = False,
) -> None:
    """Try each source, propose what it shows, and write a timeline.toml that builds; with one there, add to it."""
    from cli.text.talk import AtTerminal
    from service.settings.written import shown
    from service.setup.advice import advice
    from service.setup.init import init as run

    words = list(context.args)
    if words and not words[0].startswith("-") and Path(words[0]).is_dir():
        folder = Path(words.pop(0))
    wanted = [*_wanted(words), *(_of(one) for one in source or ())]
    path = run(folder, wanted, AtTerminal(asks=not wanted and not no_input), chart_url)
    typer.echo(f"wrote {shown(path)}")
    for line in advice(path):
        typer.echo(line)


def _of(text: str) -> Wanted:
    from service.settings.identify import is_address
    from service.setup.trying import Wanted

    collector, equals, target = text.partition("=")
    return Wanted(text) if is_address(text) or not equals else Wanted(target, collector)


def _unread(name: str, options: Sequence[str]) -> str:
    """Return what is said of an option that is none: it may be a system that is read otherwise."""
    from service.settings import senders
    from timeline.invalid.nearest import closest

    if name.replace("-", "_") in senders.names():
        return (
            f"init has no option --{name}: {name} is not asked, it sends: `timeline serve` takes its webhooks "
            "(docs/how-to/serve.md), and `--jsonl FILE` reads an export of it"
        )
    if near := closest(f"--{name}", [f"--{one}" for one in options], least=0.7):
        return f"init has no option --{name}; did you mean {near!r}? `timeline init --help` lists them"
    return (
        f"init has no option --{name}; `timeline init --help` lists them. What no collector asks, `--jsonl FILE` reads from "
        "an export (docs/how-to/csv-and-json.md)"
    )


def _wanted(words: Sequence[str]) -> Iterator[Wanted]:
    """Yield the sources among a command's words: `--COLLECTOR TARGET`, `--COLLECTOR=TARGET`; raise UsageError."""
    from service.settings import registry
    from service.setup.trying import Wanted
    from timeline.errors import UsageError

    options = {name.replace("_", "-"): name for name in (*registry.SHORT, *registry.names())}
    beside = {f"{option}-{part}": (name, part) for option, name in options.items() for part in ("url", "ca")}
    rest, targets = list(words), list[tuple[str, str]]()
    more: dict[str, dict[str, str]] = {}
    while rest:
        word, equals, target = rest.pop(0).partition("=")
        if not word.startswith("--"):
            raise UsageError(
                f"init takes no {word!r}: a target stands behind its collector, such as `--git {word}`; --dir names the folder"
            )
        name = word.removeprefix("--")
        if name not in options and name not in beside:
            raise UsageError(_unread(name, [*options, *beside, "dir", "source", "chart-url", "no-input"]))
        if not equals:
            if not rest or rest[0].startswith("--"):
                raise UsageError(f"{word} needs its target, such as `{word} TARGET`")
            target = rest.pop(0)
        if name in options:
            targets.append((target, options[name]))
        else:
            collector, part = beside[name]
            more.setdefault(collector, {})[part] = target
    _fit(targets, more)
    yield from (Wanted(target, name, **more.get(name, {})) for target, name in targets)


def _fit(targets: Sequence[tuple[str, str]], more: Mapping[str, Mapping[str, str]]) -> None:
    """Raise UsageError where what stands beside a target has none, or the collector no place for it."""
    from service.settings import registry
    from timeline.errors import UsageError

    for name, parts in more.items():
        option, type_ = name.replace("_", "-"), registry.load(registry.expand(name)[0])
        takes = type_.options_type.model_fields
        if lacking := next((part for part in parts if {"url": "url", "ca": "tls"}[part] not in takes), None):
            raise UsageError(f"init has no option --{option}-{lacking}: {name} reads no server")
        if "url" in parts and type_.target == "url":
            raise UsageError(f"--{option}-url is --{option} itself: its target is the address")
        if name not in {one for _, one in targets}:
            raise UsageError(
                f"--{option}-{next(iter(parts))} stands beside a target: write --{option} {type_.target.upper()} too"
            )
