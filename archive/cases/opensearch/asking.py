"""A query as OpenSearch asks it; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from archive.cases.opensearch.documents import MARKS, clean
from archive.cases.opensearch.schema import WEIGHTS
from timeline.cases.query import Query, Term, forms

Body = dict[str, Any]

_WORD = re.compile(r"[^\W_]+")
_FIELDS = [f"{name}^{weight}" for name, weight in WEIGHTS.items()]
_BEGINNINGS = 10_000  # of the last word of a phrase: so many different words are looked at
FACETS_AT_ONCE = 10_000  # in one answer
NEWEST_FIRST: list[Body] = [{"start": {"order": "desc", "missing": "_last"}}, {"folder": "asc"}]
BEST_FIRST: list[Body] = [{"_score": "desc"}, *NEWEST_FIRST]
#: Passages as a whole, with the matches in them.
MARKED: Body = {
    "number_of_fragments": 0, "pre_tags": [MARKS[0]], "post_tags": [MARKS[1]], "fields": {name: {} for name in WEIGHTS},
}  # fmt: skip


def words(term: Term) -> list[str]:
    """Return the words of a term, as they are taken apart: a term without one looks for nothing."""
    return _WORD.findall(clean(term.text))


def chosen(query: Query) -> list[Body]:
    """Return what cases must be: several values of one name are alternatives."""
    parts: list[Body] = [{"term": {"excluded": False}}] if not query.terms else []
    for name in dict.fromkeys(one.name for one in query.facets):
        wanted = [f"{name}={one.value}" for one in query.facets if one.name == name]
        parts.append({"terms": {"facet.folded": wanted}})
    times = {"gte": query.since, "lt": query.until}
    if limits := {word: limit for word, limit in times.items() if limit is not None}:
        parts.append({"range": {"start": limits}})
    return parts


def having(terms: Sequence[Term], at_least: int, filters: Sequence[Body]) -> Body:
    """Return the query of cases that have so many of the terms, the best first."""
    clauses = [clause(term) for term in terms]
    found: Body = {"must": clauses} if at_least == len(terms) else {
        "should": clauses, "minimum_should_match": at_least,
    }  # fmt: skip
    return {"bool": {**found, "filter": list(filters)}}


def counting(terms: Sequence[Term], filters: Sequence[Body]) -> Body:
    """Return the query whose score is how many of the terms a case has."""
    clauses = [{"constant_score": {"filter": clause(term)}} for term in terms]
    return {"bool": {"should": clauses, "minimum_should_match": 1, "filter": list(filters)}}


def clause(term: Term) -> Body:
    """Return what a case must have for a term."""
    wanted: Body = {"query": clean(term.text), "fields": _FIELDS, "type": "phrase"}
    if not term.prefix:
        return {"multi_match": wanted}
    if len(words(term)) > 1:
        return {"multi_match": {**wanted, "type": "phrase_prefix", "max_expansions": _BEGINNINGS}}
    begins: Body = {"multi_match": {**wanted, "type": "bool_prefix"}}
    # The index has stems: `investig`, which nothing that begins with `investigat` would find.
    whole = " ".join(forms(term.text))
    if not whole:
        return begins
    return {"dis_max": {"queries": [begins, {"multi_match": {"query": whole, "fields": _FIELDS}}]}}


def facet_counts(after: Body | None = None) -> Body:
    """Return the count of every facet, a page of them."""
    pages: Body = {"size": FACETS_AT_ONCE, "sources": [{"facet": {"terms": {"field": "facet"}}}]}
    return {"facets": {"composite": {**pages, "after": after} if after else pages}}
