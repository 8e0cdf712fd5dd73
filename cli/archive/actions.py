"""`timeline actions`: what incidents left to do, how far it is, and what was run to verify it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.archive.shown import echo_json, unread
from cli.options import AsJson, ConfigFile
from cli.text.usage import Commands

if TYPE_CHECKING:
    from service.archive.actions import Row, Table


class _OrList(Commands):
    """A group whose options without a command are those of `list`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read `--overdue` as `list --overdue`, and nothing as `list`."""
        helps = {"-h", "--help"}
        given = ["list", *args] if not args or (args[0].startswith("-") and args[0] not in helps) else args
        parsed: list[str] = super().parse_args(ctx, given)
        return parsed


actions = typer.Typer(cls=_OrList, help="What incidents left to do, from drafts and notes: how far each is, and what verified it.")  # fmt: skip
Many = list[str] | None


@actions.command("list")
def list_(
    service: Annotated[Many, typer.Option(metavar="SERVICE", help="Of incidents of this service; repeatable, as all of these.")] = None,
    severity: Annotated[Many, typer.Option(metavar="SEVERITY", help="Of incidents of this severity.")] = None,
    team: Annotated[Many, typer.Option(metavar="TEAM", help="Of incidents of this team (a label of the incident file).")] = None,
    owner: Annotated[Many, typer.Option(metavar="OWNER", help="With this owner, as it is written.")] = None,
    state: Annotated[Many, typer.Option(metavar="STATE", help="open, overdue, reopened (done, and its incident came back), unverified (done, without a verification that passed), stalled, vague or done.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Those whose date is past.")] = False,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Of incidents that began then or later: 2026, 2026-01, 2026-01-31, or 90d ago.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Of incidents that began before that day, month or year was over.")] = None,
    stalled_after: Annotated[int, typer.Option(metavar="DAYS", min=1, help="Days without a change of draft, note or ticket.")] = 30,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 where actions are overdue, for CI.")] = False,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """List the actions of all incidents, those that want an eye first; what stands in draft and notes is one."""
    from service.archive.actions import Wanted, table
    from service.archive.asking import asked
    from timeline.cases.progress import STATES
    from timeline.errors import UsageError
    from timeline.invalid.nearest import among

    states = [*(state or ()), *(["overdue"] if overdue else [])]
    for name in states:
        if name not in STATES:
            raise UsageError(f"--state {name}: there is no such state{among(name, list(STATES))}")
    facets = {"service": service, "severity": severity, "team": team}
    query = asked("", facets, since, until)
    made = table(Wanted(query, states, owner or (), stalled_after), config)
    unread(made.update)
    if as_json:
        echo_json(made.answer())
    else:
        _show(made)
    late = any("overdue" in row.progress.marks for row in made.rows)
    raise typer.Exit(1 if check and late else 0)


@actions.command()
def verify(
    action: Annotated[str, typer.Argument(metavar="ID", help="The action's id, as `timeline actions list` shows it.")],
    ran: Annotated[str, typer.Option("--ran", metavar="WORDS", help="What was run or looked at.")],
    result: Annotated[str, typer.Option("--result", metavar="WORDS", help="What came out.")],
    failed: Annotated[bool, typer.Option("--failed", help="It does not hold: the action is not done.")] = False,
    by: Annotated[str, typer.Option("--by", metavar="ROLE", help="Who ran it: a role or pseudonym, no name.")] = "reviewer",
    config: ConfigFile = None,
) -> None:  # fmt: skip
    """Record what was run to verify an action, as a note beside the incident; without one nothing counts as done."""
    from service.archive.actions import Run
    from service.archive.actions import verify as run
    from timeline.text import inert, shown

    kept, one = run(action, Run(ran, result, not failed, by), config)
    told = "failed" if failed else "passed"
    typer.echo(f"recorded: the verification of {one.id} ({inert(shown(one.title))}) of {kept.id} {told}")


@actions.command()
def sync(
    wanted: Annotated[list[str] | None, typer.Argument(metavar="[ID...]", help="With --create: of these actions (default: all that are open and have no ticket).")] = None,
    create: Annotated[bool, typer.Option("--create", help="Make tickets for actions that have none; each is shown first, and asked for.")] = False,
    to: Annotated[str, typer.Option("--to", metavar="SOURCE", help="The source in which tickets are made, where several can.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Make each without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be made, and make nothing.")] = False,
    config: ConfigFile = None,
) -> None:  # fmt: skip
    """Read the tickets of actions back from the configured trackers; with --create make those that are not there, each once."""
    from service.publish.tickets import Making, Proposal
    from service.publish.tickets import sync as run
    from timeline import present
    from timeline.errors import UsageError
    from timeline.text import inert, shown

    if (wanted or to or yes or dry_run) and not create:
        raise UsageError("actions, --to, --yes and --dry-run go with --create")

    def agreed(one: Proposal) -> bool:
        typer.echo(inert(shown(f"{one.row.action.id}: a ticket in {one.where}\n  {one.title}\n")))
        typer.echo(inert(shown("\n".join(f"  {line}" for line in one.body.splitlines()))))
        return False if dry_run else yes or typer.confirm("make it?", default=False)

    done = run(config, Making(wanted or (), to, agreed) if create else None)
    for action, address in done.made:
        typer.echo(inert(shown(f"{action}  {address}")))
    for line in done.failed:
        typer.echo(inert(shown(f"timeline: {line}")), err=True)
    typer.echo(f"timeline: {present.count(done.read, 'ticket')} read", err=True)
    raise typer.Exit(3 if done.failed else 0)


def _show(made: Table) -> None:
    from timeline import present
    from timeline.text import inert, shown

    for row in made.rows:
        for line in _lines(row):
            typer.echo(inert(shown(line)))
    if not made.total:
        typer.echo("timeline: no incident has an action", err=True)
        return
    told = ", ".join(f"{count} {state}" for state, count in made.counts.items())
    typer.echo(f"timeline: {present.count(made.total, 'action')}: {told}; {made.completion.text()}", err=True)


def _lines(row: Row) -> list[str]:
    """Return an action: how far, when, of which incident, what; then whose it is and how it is told that it is done."""
    one = row.action
    marks = [mark for mark in row.progress.marks if mark != row.progress.state]
    state = ", ".join([row.progress.state, *marks])
    risk = f"risk {one.likelihood} x {one.severity}" if one.likelihood and one.severity else ""
    ticket = f"ticket {one.ticket}" if one.ticket else ""
    if row.ticket:
        ticket += f" ({'open' if row.ticket.is_open else 'closed'})"
    due = f"due {one.due}" if one.due else "no date"
    done = f"done {row.progress.done}" if row.progress.done else ""
    review = f"follow-up review due {row.review.due}" if row.review and not row.review.held else ""
    again = f"came back in {row.progress.recurred}" if row.progress.recurred else ""
    owner = f"owner {one.owner}" if one.owner else "no owner"
    below = [
        ", ".join(filter(None, (one.id, owner, one.effect, risk, ticket, done, again, review))),
        f"done means: {one.criterion or 'not said'}",
        f"verified by: {one.verification or 'not said'}",
        *(
            f"verification {'passed' if run.passed else 'failed'}: {run.ran}: {run.result} ({run.by})"
            for run in one.verified[-1:]
        ),
    ]
    return [
        f"{state}  {due}  {row.kept.id}  {' '.join(one.title.split())}",
        *(f"    {' '.join(line.split())}" for line in below),
    ]
