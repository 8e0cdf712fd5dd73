"""A document of an index as a fact: its kind, names, words and time as the configuration maps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from collectors.base import Payload
from collectors.kit import fields
from collectors.kit.fields import Skipped, UnreadableError
from collectors.opensearch.fields import Layout, text_of
from collectors.opensearch.links import discover, lucene
from collectors.opensearch.options import OpensearchOptions
from timeline import facts
from timeline.canonical import Json, canonical
from timeline.errors import UndecodableTimeError
from timeline.instant import Bounds, format_instant
from timeline.kinds import Kind
from timeline.mapping.options import KindMap
from timeline.model import Evidence, Fact, Person, Subject
from timeline.relative import first_instant
from timeline.statements import Name
from timeline.values import text_at

_LABELS = ("level", "logger", "host", "trace")


class Documents:
    """Turns hits into facts; pure."""

    def __init__(self, options: OpensearchOptions, layout: Layout, source: str, cluster: str) -> None:
        self.options = options
        self.layout = layout
        self.source = source
        self.cluster = cluster
        self.skipped = Skipped("document")
        self.people: set[str] = set()

    def parse(
        self, payload: Payload, hits: tuple[tuple[int, Json], ...], query: str
    ) -> Iterator[Fact | Person]:
        """Yield the facts and people of one page; what cannot be read is counted in `skipped`."""
        for place, hit in hits:
            pointer = f"/hits/hits/{place}"
            found: list[Fact | Person] = []
            with self.skipped.over(
                Evidence(source=self.source, payload=payload.sha256, pointer=pointer, query=query)
            ):
                found = list(self._of(payload, pointer, hit, query))
            yield from found

    def _of(self, payload: Payload, pointer: str, hit: Json, query: str) -> Iterator[Fact | Person]:
        source = hit.get("_source") or {}
        roles = self.layout.roles_in(hit["_index"])
        values = {role: text_of(fields.at(source, name)) for role, name in roles.items()}
        try:
            times = self.layout.times_of(hit, self.options.time)
        except UndecodableTimeError as err:
            raise UnreadableError(f"no readable {self.options.time}") from err
        kind = self._kind(source)
        actor = values.get("actor")
        if actor and actor not in self.people:
            self.people.add(actor)
            yield Person(identity=identity(actor), names=(actor,))
        words = fields.at(source, roles["message"]) if "message" in roles else None
        if isinstance(words, list):  # the parts of a message, or journald's bytes
            words = text_at(source, roles["message"], "\n", words=True)
        thread = values.get("thread") or values.get("trace")
        for at in times:
            # Of a document with several times each is a record of its own.
            several = [format_instant(at.earliest or 0)] if len(times) > 1 else []
            try:
                yield facts.fact(
                    kind, origin=self._origin(hit), key=[*self._key(hit, values), *several], at=at,
                    time_means=self.options.time, clock=values.get("host") or values.get("service") or self.cluster,
                    source=self.source, names=self._names(source, values), subject=subject(values),
                    quote=facts.quote(words if isinstance(words, str) else _json(words)),
                    actor=identity(actor) if actor else None,
                    thread=facts.thread_key("opensearch", self.cluster, thread) if thread else None,
                    evidence=[self._evidence(payload, pointer, hit, at, query)],
                )  # fmt: skip
            except KeyError as err:
                raise UnreadableError(f"nothing for {err.args[0]} of {kind}; map it in `names`") from err

    def _kind(self, source: Json) -> Kind:
        wanted = self.options.kind
        if not isinstance(wanted, KindMap):
            return wanted
        value = text_of(fields.at(source, wanted.field))
        kind = wanted.of(value)
        if kind is None:
            raise UnreadableError(f"unknown value {value!r} of `{wanted.field}`")
        return kind

    def _names(self, source: Json, values: Mapping[str, str | None]) -> dict[str, Name]:
        label = " ".join(v for v in (values.get("level"), values.get("error")) if v) or "document"
        names: dict[str, Name] = {
            "label": label,
            "source": values.get("service") or values.get("host"),
            "service": values.get("service"),
            "channel": values.get("channel"),
            "actor": identity(values["actor"] or "") if values.get("actor") else None,
            "reply": "" if values.get("thread") else None,
        }
        return names | {name: text_of(fields.at(source, path)) for name, path in self.options.names.items()}

    def _origin(self, hit: Json) -> str:
        # A key of the document's own is the same in every index of the expression (they roll over).
        return f"{self.cluster}/{self.options.index if self.options.fields.key else hit['_index']}"

    def _key(self, hit: Json, values: Mapping[str, str | None]) -> list[Json]:
        if self.options.fields.key:
            if not values.get("key"):
                raise UnreadableError(f"nothing in the key field `{self.options.fields.key}`")
            return [values["key"]]
        return [hit["_id"], *([hit["_routing"]] if "_routing" in hit else [])]

    def _evidence(self, payload: Payload, pointer: str, hit: Json, at: Bounds, query: str) -> Evidence:
        own = lucene({"_id": hit["_id"]})
        link = discover(self.options, own, first_instant(at), at.latest)
        return Evidence(source=self.source, payload=payload.sha256, pointer=pointer, query=query, link=link)


def identity(actor: str) -> str:
    """Return a person's identity as this collector names it."""
    return f"opensearch:{actor}"


def subject(values: Mapping[str, str | None]) -> Subject:
    """Return what a document is about."""
    labels = {role: value for role in sorted(_LABELS) if (value := values.get(role))}
    return Subject(service=values.get("service"), labels=labels)


def _json(value: Json) -> str:
    return (
        "" if value is None else str(value) if isinstance(value, int | float) else canonical(value).decode()
    )
