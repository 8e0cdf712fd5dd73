"""Rule files as people keep them: Prometheus, `PrometheusRule` manifests, Grafana exports, SLOs.

A file may hold several documents, each of another form; what is in none of the known forms holds no
rules. Every scalar is read as the text that it is: `severity: 01` stays `01`, as Prometheus reads it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from timeline.rules import grafana as grafana_rules
from timeline.rules import slo, slo_files
from timeline.rules.around import RULE_FIELDS, around, recording_faults
from timeline.rules.bounded import MOST_CHARACTERS, MOST_WORK, measured, work_of
from timeline.rules.fields import expression, interval, mapping, seconds, sequence
from timeline.rules.promrules import AlertingRule, listed_rules, readable
from timeline.rules.slo_model import Objective
from timeline.rules.thresholds import RuleReading, logql_doubt, read_thresholds
from timeline.text import code

_MANIFESTS = ("PrometheusRule", "VMRule", "GrafanaAlertRuleGroup")
_LATER = "it is in a later document of its file, and Prometheus reads the first alone"
_LISTS = ("List", "PrometheusRuleList", "VMRuleList")
#: How the names of files that may hold rules end.
SUFFIXES = (".yml", ".yaml", ".json", ".rules")


class Contents(NamedTuple):
    """The alerting rules of a file, its service level objectives, and whether any form was known.

    `unread` says what in it could not be read, or would not be taken, in words.
    """

    rules: tuple[AlertingRule, ...]
    objectives: tuple[Objective, ...]
    known: bool
    unread: tuple[str, ...] = ()


def read_rules(file: str, text: str) -> Contents:
    """Read the rules of a file's text; raise ValueError where it is neither YAML nor JSON."""
    unread: list[str] = []
    wholes = load(text)
    if work_of(wholes) > MOST_WORK:
        raise ValueError("its expressions are more than is read of a file: cut it into several")
    documents = [part for whole in wholes for part in _documents(whole, unread)]
    rules: list[AlertingRule] = []
    known = False
    for document in documents:
        groups = _groups(document, unread)
        known |= groups is not None
        found = [rule for group in groups or () for rule in _rules(file, group, unread)]
        later = (
            len(wholes) > 1 and "groups" in document and document is not wholes[0] and "kind" not in document
        )
        rules += [rule._replace(notes=(*rule.notes, _LATER)) for rule in found] if later else found
        unread += [
            f"group {code(name)} is there twice, which Prometheus refuses" for name in _twice(groups or ())
        ]
    objectives = slo_files.objectives(documents)
    burning = [rule for one in objectives for rule in slo.burn_rules(file, one)]
    return Contents(
        (*rules, *burning), tuple(objectives), known or bool(objectives), tuple(dict.fromkeys(unread))
    )


def _twice(groups: Sequence[Mapping[str, Any]]) -> list[str]:
    counted = Counter(str(group["name"]) for group in groups if "name" in group and "services" not in group)
    return [name for name, times in counted.items() if times > 1]


def load(text: str) -> list[Any]:
    """Return the documents of YAML or JSON, all scalars as text; raise ValueError where it is neither."""
    import json

    import yaml

    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"it has {len(text):,} characters; {MOST_CHARACTERS:,} are the most")
    if text.lstrip().startswith(("{", "[", '"')):
        try:  # YAML reads most JSON, but not its tabs and not its surrogates
            whole = json.loads(text, parse_int=str, parse_float=str)
        except RecursionError as err:
            raise ValueError("it is nested too deeply") from err
        except ValueError:
            pass  # YAML in its flow form, else YAML tells where it breaks
        else:
            return [measured(whole)]
    try:
        wholes = list(yaml.load_all(text, Loader=_loader()))
    except yaml.YAMLError as err:
        raise ValueError(" ".join(str(err).split())) from err
    except RecursionError as err:
        raise ValueError("it is nested too deeply") from err
    for whole in wholes:
        measured(whole)
    return wholes


@lru_cache(maxsize=1)
def _loader() -> Any:
    import yaml

    class Texts(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # C where it is built
        """Keep every scalar but null as text; `<<` still merges. Tags of others' own stand for nothing."""

    kept = {"tag:yaml.org,2002:merge", "tag:yaml.org,2002:null"}
    every = yaml.SafeLoader.yaml_implicit_resolvers
    Texts.yaml_implicit_resolvers = {k: [r for r in found if r[0] in kept] for k, found in every.items()}
    Texts.add_multi_constructor("!", lambda *_: None)
    return Texts


def _documents(document: Any, unread: list[str]) -> Iterator[Mapping[str, Any]]:
    """Yield the objects that a document holds: itself, a list's items, a ConfigMap's files."""
    if isinstance(document, list):
        if document and all("condition" in mapping(rule) for rule in document):
            yield {"groups": grafana_rules.grouped(document)}  # Grafana's own list of rules
            return
        for item in document:
            yield from _documents(item, unread)
    elif isinstance(document, Mapping):
        if document.get("kind") in _LISTS:
            yield from _documents(document.get("items"), unread)
        elif document.get("kind") == "ConfigMap":
            yield from _of_config_map(mapping(document.get("data")), unread)
        else:
            yield document


def _of_config_map(data: Mapping[str, Any], unread: list[str]) -> Iterator[Mapping[str, Any]]:
    for name, text in data.items():
        if name.endswith(SUFFIXES) and isinstance(text, str):
            try:
                documents = load(text)
            except ValueError:
                unread.append(f"{code(name)} of its ConfigMap is neither YAML nor JSON")
                continue
            for document in documents:
                yield from _documents(document, unread)


def _groups(document: Mapping[str, Any], unread: list[str]) -> list[Mapping[str, Any]] | None:
    """Return a document's rule groups; None where it is in no known form."""
    if document.get("kind") in _MANIFESTS:
        spec = mapping(document.get("spec"))
        if "groups" not in spec and "rules" in spec:  # one group
            spec = {"groups": [{"name": mapping(document.get("metadata")).get("name", ""), **spec}]}
        document = spec
    if document.get("status") == "success":
        document = mapping(document.get("data"))  # a saved answer of /api/v1/rules
    if "groups" in document:
        held = document["groups"]
        if held is not None and not isinstance(held, list):
            unread.append("its groups are no list")
        odd = [place for place, group in enumerate(sequence(held), 1) if not isinstance(group, Mapping)]
        unread += [f"group {place} is no group of rules" for place in odd]
        return [group for group in sequence(held) if isinstance(group, Mapping)]
    if document and all(_ruled(groups) for groups in document.values()):  # a ruler's namespaces
        return [mapping(group) for groups in document.values() for group in groups]
    return None


def _ruled(groups: Any) -> bool:
    return bool(sequence(groups)) and all("rules" in mapping(group) for group in groups)


def _rules(file: str, group: Mapping[str, Any], unread: list[str]) -> Iterator[AlertingRule]:
    name = code(str(group.get("name") or ""))
    if group.get("rules") is not None and not isinstance(group["rules"], list):
        unread.append(f"the rules of group {name} are no list")
    if _is_listed(group):
        groups, odd = readable([{**group, "file": group.get("file") or file}])
        unread.extend(odd)
        yield from map(_certain, listed_rules(groups))
        return
    for place, rule in enumerate(sequence(group.get("rules")), 1):
        found, why = _rule(file, group, mapping(rule))
        if why:
            unread.append(f"rule {place} of group {name}: {why}")
        yield from found
    for exporter in _exporters(group):
        named = f"{group.get('name', '')}: {exporter.get('name') or exporter.get('slug') or ''}"
        for rule in map(mapping, sequence(exporter.get("rules"))):
            severity = {"severity": rule["severity"]} if "severity" in rule else {}
            own = {key: value for key, value in rule.items() if key in RULE_FIELDS}
            made = {"alert": rule.get("name"), "expr": rule.get("query"), "labels": severity, **own}
            yield from _rule(file, {"name": named}, made)[0]


def _is_listed(group: Mapping[str, Any]) -> bool:
    """Tell whether a group is as `/api/v1/rules` lists it."""
    rules = [mapping(rule) for rule in sequence(group.get("rules"))]
    return any("type" in rule and ("query" in rule or "name" in rule) for rule in rules) and not any(
        "alert" in rule or grafana_rules.is_rule(rule) for rule in rules
    )


def _exporters(group: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    # The form of the catalogue that people copy their first rules from (awesome-prometheus-alerts).
    for service in map(mapping, sequence(group.get("services"))):
        for exporter in map(mapping, sequence(service.get("exporters"))):
            yield {"name": service.get("name"), **exporter}


def _rule(file: str, group: Mapping[str, Any], rule: Mapping[str, Any]) -> tuple[list[AlertingRule], str]:
    """Return a rule's alerting rule, none where it records; and why it is neither."""
    if grafana_rules.is_rule(rule):
        return [grafana_rules.read(file, group, rule)], ""
    if "alert" in rule:
        return [prometheus_rule(file, group, rule)], ""
    if "record" not in rule:
        return [], "it neither alerts nor records"
    return [], recording_faults(group, rule) if isinstance(
        rule["record"], str | None
    ) else ""  # Grafana's: no text


def _certain(rule: AlertingRule) -> AlertingRule:
    """Refuse what may be of a server of another language: a file does not say which one listed it."""
    return rule._replace(reading=certain(rule.reading, rule.expression))


def certain(reading: RuleReading, text: str) -> RuleReading:
    """Refuse a reading of what may be LogQL as well."""
    doubt = logql_doubt(text) if reading.thresholds else None
    return RuleReading((), doubt) if doubt else reading


def prometheus_rule(file: str, group: Mapping[str, Any], rule: Mapping[str, Any]) -> AlertingRule:
    """Read one rule as it stands in a rule file; what it lacks is said in its refusal."""
    text = expression(rule.get("expr"))
    held = around(group, rule)
    if held.language:
        reading = RuleReading((), f"its expression is in the language of {code(held.language)}, not PromQL")
    else:
        reading = read_thresholds(text) if text else RuleReading((), "the rule has no expression")
        reading = certain(reading, text)
    if held.faults:
        reading = reading._replace(refused="; ".join(filter(None, (reading.refused, *held.faults))))
    return AlertingRule(
        file, str(group.get("name", "")), str(rule["alert"] or ""), text, interval(group), held.labels, reading,
        seconds(rule.get("for")), seconds(rule.get("keep_firing_for")), held.notes,
    )  # fmt: skip


def row(rule: AlertingRule) -> dict[str, Any]:
    """Return a rule as `timeline thresholds --json` shows it."""
    return {
        "file": rule.file, "group": rule.group, "alert": rule.alert, "expr": rule.expression,
        "for": rule.hold, "keep_firing_for": rule.keep, "labels": dict(rule.labels),
        "thresholds": [one._asdict() for one in rule.reading.thresholds], "refused": rule.reading.refused,
        "notes": list(rule.notes),
    }  # fmt: skip
