"""`timeline recall`: what was done in earlier incidents with these alerts, services and log lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.archive.shown import echo_json, incident, safe, unread
from cli.options import AsJson, ConfigFile
from service.build.garbage import gc_relaxed

if TYPE_CHECKING:
    from service.archive.recalling import Earlier, Recollection

#: How many changes, and how much that people wrote, are shown of an incident.
_CHANGES, _WRITTEN = 6, 5


@gc_relaxed()
def recall(
    words: Annotated[list[str] | None, typer.Argument(metavar="[WORDS]", help="Words that the incident has.")] = None,
    alert: Annotated[list[str] | None, typer.Option("--alert", metavar="ALERT", help="In which this alert fired; repeatable.")] = None,
    service: Annotated[list[str] | None, typer.Option("--service", metavar="SERVICE", help="Of this service; repeatable.")] = None,
    signature: Annotated[list[str] | None, typer.Option("--signature", metavar="TEXT", help="With such a log line, or a part of it; ids, numbers and hosts are left out; repeatable.")] = None,
    most: Annotated[int, typer.Option("--most", "-n", metavar="N", min=1, max=1000, help="How many are shown.")] = 5,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Recall earlier incidents: how long they took, what was done, what people wrote, which runbook."""
    from service.archive.recalling import answer
    from service.archive.recalling import recall as run
    from timeline.cases.recollection import Asked

    asked = [
        *(Asked("alert", one) for one in alert or ()),
        *(Asked("service", one) for one in service or ()),
        *(Asked("signature", one) for one in signature or ()),
    ]
    found, update = run(asked, " ".join(words or ()), config)
    unread(update)
    if as_json:
        echo_json(answer(found, most))
    else:
        _show(found, most)
    raise typer.Exit(0 if found.earlier else 1)


def _show(found: Recollection, most: int) -> None:
    from timeline import present

    for part in found.parts:
        if not part.incidents:
            typer.echo(f"no incident has {part.text}{part.nearest}", err=True)
    if not found.earlier:
        typer.echo(f"nothing alike among {present.count(found.incidents, 'incident')}", err=True)
        return
    for one in found.earlier[:most]:
        _show_one(one)
    left = len(found.earlier) - most
    if left > 0:
        typer.echo(f"timeline: {present.count(left, 'more incident')}; -n {most * 3} shows more", err=True)


def _show_one(one: Earlier) -> None:
    typer.echo(incident(one.kept, services=", ".join(one.services)))
    for name, text in _lines(one):
        typer.echo(f"    {name:<8}{safe(text)}")


def _lines(one: Earlier) -> list[tuple[str, str]]:
    from timeline import present, terms
    from timeline.instant import format_instant

    shown = (terms.DETECT, terms.ACKNOWLEDGE, terms.MITIGATE, terms.IN_BREACH, terms.IMPACT)
    spans = {span.name: span for span in one.course.measures}
    took = [
        f"{name} {present.duration_range(spans[name].min_s, spans[name].max_s)}"
        for name in shown
        if name in spans
    ]
    changes = [act for act in one.course.done if "." in act.what]
    written = [act for act in one.course.done if "." not in act.what]
    lines = [("lacks", ", ".join(one.lacks))] if one.lacks else []
    lines += [("took", "; ".join(took))] if took else []
    for act in changes[:_CHANGES]:
        when = f"{format_instant(act.at)[11:19]} " if act.at is not None else ""
        lines.append(("done", when + act.text))
    lines += [("done", f"and {len(changes) - _CHANGES} more")] if len(changes) > _CHANGES else []
    lines += [("wrote", f"{act.what}: {act.text} ({act.reference})") for act in written[:_WRITTEN]]
    lines += [("wrote", f"and {len(written) - _WRITTEN} more")] if len(written) > _WRITTEN else []
    return [*lines, *(("runbook", link) for link in one.course.runbooks)]
