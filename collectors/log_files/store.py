"""Files as a store of lines: signatures, when each was first seen, where its rate changed, and the lines themselves."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from collectors.base import Collector, Payload
from collectors.kit.logs.lines import roles_of, subject_of
from collectors.kit.logs.paging import Line, Page
from collectors.kit.logs.signatures import Signature, scope
from collectors.kit.logs.summary import Summaries, counted_steps
from collectors.kit.texts.parts import in_parts
from collectors.log_files.form_kept import FileKept, LineKept, LinesKept, SignatureKept, SummaryKept, read
from collectors.log_files.kept import Kept
from collectors.log_files.options import LogFilesOptions
from timeline import facts
from timeline.model import Evidence, Fact, Window
from timeline.series import rates


class Found(NamedTuple):
    """A signature that files hold, and where in the evidence it stands."""

    kept: SignatureKept
    payload: Payload
    pointer: str

    @property
    def counts(self) -> dict[int, int]:
        """Its lines by step."""
        return dict(self.kept.counts)


class Files:
    """The files of one source."""

    under = "fields"

    def __init__(self, collector: Collector[Any], told: Summaries) -> None:
        self._collector, self.told = collector, told
        self._options: LogFilesOptions = collector.options
        self._step = told.step_ns
        self._main: dict[Signature, Found] = {}
        self._steps = range(0)
        #: The last part of what was counted, which has what files say beside their signatures.
        self.said: SummaryKept | None = None
        self.payload: Payload | None = None

    async def signatures(self, window: Window, names: tuple[str, ...]) -> Mapping[Signature, Found]:
        """Return the signatures of a window's lines; those of the first window that is asked for are remembered."""
        reach = rates.RULE.reach
        now = self._collector.context.now // self._step
        steps = range(window.start // self._step - reach, min(-(-window.end // self._step) + reach, now))
        kept = Kept(self._options, self._collector.context, window, names, step=self._step, steps=steps)
        found: dict[Signature, Found] = {}
        async for payload in in_parts(self._collector.context, kept):
            said = read(payload, SummaryKept)
            for number, one in enumerate(said.signatures):
                found[tuple(one.signature)] = Found(one, payload, f"/signatures/{number}")
        if self.said is None:
            self._main, self._steps, self.said, self.payload = found, steps, said, payload
        return {signature: one for signature, one in found.items() if one.kept.lines}

    def count(self, found: Found) -> int:
        """Return how many lines a signature has."""
        return found.kept.lines

    async def first_seen(
        self, found: Mapping[Signature, Found], known: set[Signature] | None
    ) -> AsyncGenerator[Fact, None]:
        """Yield when each signature was first seen, as far as every file was read."""
        until = self._until()
        for signature, one in sorted(found.items(), key=str):
            first = one.kept.first
            if first is None or (until is not None and first.time[1] > until):
                continue
            roles = roles_of(first.fields)
            yield replace(self.told, time=first.means).first_seen(
                signature, first.at, scope=scope(signature, known, self._options.baseline_days),
                clock=roles.get("host") or roles.get("service"), subject=subject_of(roles_of(dict(signature))),
                quote=facts.quote(first.text), evidence=self.evidence(one.payload, f"{one.pointer}/first", first),
            )  # fmt: skip

    def _until(self) -> int | None:
        """Return the instant up to which every file was read that was begun; None where each was to its end."""
        ends = [one.last for one in self._files() if one.stopped and one.last is not None]
        return min(ends, default=None)

    def _files(self) -> list[FileKept]:
        return self.said.files if self.said else []

    def evidence(self, payload: Payload | None, pointer: str, line: LineKept) -> Evidence:
        """Return where a line stands: in the evidence, and in its file."""
        return self._collector.evidence(payload, pointer, query=line.place)

    async def rate_changes(self, window: Window, now: int) -> AsyncGenerator[Fact, None]:  # noqa: ARG002 - of the steps that were counted
        """Yield where rates changed, by `timeline.series.rates`, where the files have lines before and after."""
        step = self._step
        spans = self.spans()
        for signature, one in sorted(self._main.items(), key=str):
            known = [self._steps, *(spans.get(group, range(0)) for group in one.kept.groups)]
            first, last = max(span.start for span in known), min(span.stop for span in known) - 1
            for change in rates.rate_changes(one.counts, first, last):
                if window.start // step <= change.step <= window.end // step + 1:
                    yield self._changed(signature, one, change)

    def _changed(self, signature: Signature, one: Found, change: rates.RateChange) -> Fact:
        places = {at: [f"{one.pointer}/counts/{number}"] for number, at in enumerate(one.counts)}
        rule = f"lines counted by {self.told.step}; the rule: {rates.RULE.describe()}"
        evidence = [
            self._collector.evidence(one.payload, pointer, query=rule)
            for pointer in counted_steps(change, places)
        ]
        subject = subject_of(roles_of(dict(signature)))
        return self.told.rate_changed(signature, change, subject=subject, evidence=evidence)

    def spans(self) -> Mapping[str, range]:
        """Return for the files of each rotation the steps of which they surely hold all lines, by their name."""
        spans: dict[str, range] = {}
        until = self._until()
        for one in self._files():
            if one.first is None or one.last is None:
                continue
            last = one.last if until is None else min(one.last, until)
            whole = range(-(-one.first // self._step), last // self._step)
            before = spans.get(one.group, whole)
            spans[one.group] = range(min(whole.start, before.start), max(whole.stop, before.stop))
        return spans

    async def pages(self, window: Window) -> AsyncGenerator[Page, None]:
        """Yield the lines of a window, each once; raise SourceError."""
        context = self._collector.context
        async for payload in in_parts(context, Kept(self._options, context, window, ())):
            lines = [
                Line(one.time[1], one.text, one.fields, f"/lines/{number}", one.at, one.place)
                for number, one in enumerate(read(payload, LinesKept).lines)
            ]
            yield Page(payload, lines)

    def link(self, line: Line) -> None:
        """Return None: files have no pages."""
