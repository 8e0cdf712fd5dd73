"""Rule files as people keep them: Prometheus, `PrometheusRule` manifests, Grafana exports, SLOs.

A file may hold several documents, each of another form; what is in none of the known forms holds no
rules. Every scalar is read as the text that it is: `severity: 01` stays `01`, as Prometheus reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from timeline.rules import grafana as grafana_rules
from timeline.rules import slo, slo_files
from timeline.rules.fields import expression, interval, labels, mapping, seconds, sequence
from timeline.rules.promrules import AlertingRule, listed_rules
from timeline.rules.slo_model import Objective
from timeline.rules.thresholds import RuleReading, read_thresholds

_MANIFESTS = ("PrometheusRule", "VMRule", "GrafanaAlertRuleGroup")
_LISTS = ("List", "PrometheusRuleList", "VMRuleList")
#: How the names of files that may hold rules end.
SUFFIXES = (".yml", ".yaml", ".json", ".rules")


class Contents(NamedTuple):
    """The alerting rules of a file, its service level objectives, and whether any form was known."""

    rules: tuple[AlertingRule, ...]
    objectives: tuple[Objective, ...]
    known: bool


def read_rules(file: str, text: str) -> Contents:
    """Read the rules of a file's text; raise ValueError where it is neither YAML nor JSON."""
    documents = [part for whole in load(text) for part in _documents(whole)]
    parts = [_groups(document) for document in documents]
    rules = [rule for groups in parts for group in groups or () for rule in _rules(file, group)]
    objectives = slo_files.objectives(documents)
    burning = [rule for one in objectives for rule in slo.burn_rules(file, one)]
    known = bool(objectives) or any(groups is not None for groups in parts)
    return Contents((*rules, *burning), tuple(objectives), known)


def load(text: str) -> list[Any]:
    """Return the documents of YAML or JSON, all scalars as text; raise ValueError where it is neither."""
    import json

    import yaml

    if text.lstrip().startswith(("{", "[", '"')):
        try:  # YAML reads most JSON, but not its tabs and not its surrogates
            return [json.loads(text, parse_int=str, parse_float=str)]
        except RecursionError as err:
            raise ValueError("it is nested too deeply") from err
        except ValueError:
            pass  # YAML in its flow form, else YAML tells where it breaks
    try:
        return list(yaml.load_all(text, Loader=_loader()))
    except yaml.YAMLError as err:
        raise ValueError(" ".join(str(err).split())) from err
    except RecursionError as err:
        raise ValueError("it is nested too deeply") from err


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


def _documents(document: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the objects that a document holds: itself, a list's items, a ConfigMap's files."""
    if isinstance(document, list):
        if document and all("condition" in mapping(rule) for rule in document):
            yield {"groups": grafana_rules.grouped(document)}  # Grafana's own list of rules
            return
        for item in document:
            yield from _documents(item)
    elif isinstance(document, Mapping):
        if document.get("kind") in _LISTS:
            yield from _documents(document.get("items"))
        elif document.get("kind") == "ConfigMap":
            yield from _of_config_map(mapping(document.get("data")))
        else:
            yield document


def _of_config_map(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name, text in data.items():
        if name.endswith(SUFFIXES) and isinstance(text, str):
            try:
                documents = load(text)
            except ValueError:
                continue  # a file of something else than rules
            for document in documents:
                yield from _documents(document)


def _groups(document: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """Return a document's rule groups; None where it is in no known form."""
    if document.get("kind") in _MANIFESTS:
        spec = mapping(document.get("spec"))
        if "groups" not in spec and "rules" in spec:  # one group
            spec = {"groups": [{"name": mapping(document.get("metadata")).get("name", ""), **spec}]}
        document = spec
    if document.get("status") == "success":
        document = mapping(document.get("data"))  # a saved answer of /api/v1/rules
    if "groups" in document:
        return [mapping(group) for group in sequence(document["groups"])]
    if document and all(_ruled(groups) for groups in document.values()):  # a ruler's namespaces
        return [mapping(group) for groups in document.values() for group in groups]
    return None


def _ruled(groups: Any) -> bool:
    return bool(sequence(groups)) and all("rules" in mapping(group) for group in groups)


def _rules(file: str, group: Mapping[str, Any]) -> Iterator[AlertingRule]:
    for rule in sequence(group.get("rules")):
        yield from _rule(file, group, mapping(rule))
    for exporter in _exporters(group):
        name = f"{group.get('name', '')}: {exporter.get('name') or exporter.get('slug') or ''}"
        for rule in map(mapping, sequence(exporter.get("rules"))):
            severity = {"severity": rule["severity"]} if "severity" in rule else {}
            made = {"alert": rule.get("name"), "expr": rule.get("query"), "labels": severity, **rule}
            yield from _rule(file, {"name": name}, made)


def _exporters(group: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    # The form of the catalogue that people copy their first rules from (awesome-prometheus-alerts).
    for service in map(mapping, sequence(group.get("services"))):
        for exporter in map(mapping, sequence(service.get("exporters"))):
            yield {"name": service.get("name"), **exporter}


def _rule(file: str, group: Mapping[str, Any], rule: Mapping[str, Any]) -> Iterator[AlertingRule]:
    if rule.get("type") == "alerting" and "query" in rule:
        found = {**group, "file": group.get("file") or file, "rules": [rule]}
        yield from listed_rules([found])
    elif grafana_rules.is_rule(rule):
        yield grafana_rules.read(file, group, rule)
    elif "alert" in rule:
        yield prometheus_rule(file, group, rule)


def prometheus_rule(file: str, group: Mapping[str, Any], rule: Mapping[str, Any]) -> AlertingRule:
    """Read one rule as it stands in a rule file; what it lacks is said in its refusal."""
    text = expression(rule.get("expr"))
    reading = read_thresholds(text) if text else RuleReading((), "the rule has no expression")
    hold, keep = seconds(rule.get("for")), seconds(rule.get("keep_firing_for"))
    odd = [name for name, held in (("for", hold), ("keep_firing_for", keep)) if held is None]
    for name in odd:
        why = f"its `{name}` is no duration: {str(rule[name])[:80]}"
        reading = reading._replace(refused="; ".join(filter(None, (reading.refused, why))))
    return AlertingRule(
        file, str(group.get("name", "")), str(rule["alert"] or ""), text, interval(group), labels(rule), reading,
        hold, keep,
    )  # fmt: skip


def row(rule: AlertingRule) -> dict[str, Any]:
    """Return a rule as `timeline thresholds --json` shows it."""
    return {
        "file": rule.file, "group": rule.group, "alert": rule.alert, "expr": rule.expression,
        "for": rule.hold, "keep_firing_for": rule.keep, "labels": dict(rule.labels),
        "thresholds": [one._asdict() for one in rule.reading.thresholds], "refused": rule.reading.refused,
    }  # fmt: skip
