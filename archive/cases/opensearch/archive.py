"""Cases in an index of OpenSearch, that several machines and teams may share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from archive.cases.opensearch import asking, documents
from archive.cases.opensearch.bulk import Step, write
from archive.cases.opensearch.client import Client
from archive.cases.opensearch.faults import TooLargeError
from archive.cases.opensearch.indices import prepare
from archive.cases.opensearch.pages import ask, pages, smaller
from archive.cases.opensearch.schema import SCHEMA, Schema
from archive.cases.store import Found, Hit, Kept
from timeline.cases.case import FACETS, Case
from timeline.cases.details import Details
from timeline.cases.query import Query

_PAGE, _COMPUTED, _SHOWN = 10_000, 1_000, 20  # hits of one answer: bare, with details, with texts
Raw = dict[str, Any]
_BY_FOLDER: Sequence[Raw] = ({"folder": "asc"},)


class OpenSearchArchive:
    """An archive behind an alias, in which each case is of an owner. What it lists is of `owner`, and what it searches unless `everyone` is asked for.

    A document is an incident, under an id that its folder makes: written twice, it is there once. Raises ServerError.
    """

    def __init__(self, client: Client, owner: str, schema: Schema = SCHEMA) -> None:
        self._client, self._owner = client, owner
        self._unseen = False  # what was written and no search would see yet
        prepare(client, schema)

    def close(self) -> None:
        """Let others see what was written."""
        self._refresh()

    def put(self, cases: Iterable[tuple[str, str, Case]]) -> None:
        """Keep cases (folder, stamp, case), in place of what was there of them.

        Where it fails, each is there with its stamp, or as it was: what is missing can be told, and put again.
        """
        made = [
            (folder, documents.document(self._owner, folder, stamp, case)) for folder, stamp, case in cases
        ]
        self._write(({"index": {"_id": documents.identity(folder)}}, one) for folder, one in made)

    def remove(self, folders: Collection[str]) -> None:
        """Forget cases; those that are not there are gone already."""
        self._write(({"delete": {"_id": documents.identity(folder)}}, None) for folder in folders)

    def exclude(self, folders: Collection[str]) -> None:
        """Forget cases, and know that they are not to come back by themselves."""
        self._write(
            ({"index": {"_id": documents.identity(one)}}, documents.excluded(self._owner, one))
            for one in folders
        )

    def _write(self, steps: Iterable[Step]) -> None:
        self._unseen = True
        write(self._client, steps)

    def _refresh(self) -> None:
        if self._unseen:
            self._client.call(self._client.api.indices.refresh, index=self._client.index)
            self._unseen = False

    def excluded(self) -> frozenset[str]:
        """Return the folders that were taken out."""
        return _folders(self._own(("folder",), _BY_FOLDER, excluded=True))

    def chosen(self, query: Query) -> frozenset[str]:
        """Return the folders of all cases of the owner that have all terms and properties of a query."""
        filters, terms = asking.chosen(query), [term for term in query.terms if asking.words(term)]
        if query.terms and not terms:
            return frozenset()
        return _folders(self._own(("folder",), _BY_FOLDER, filters=[*filters, *map(asking.clause, terms)]))

    def kept(self) -> Sequence[Kept]:
        """Return all cases of the owner, the newest first."""
        return [documents.kept(hit) for hit in self._own(documents.HEAD, asking.NEWEST_FIRST)]

    def details(self) -> Sequence[tuple[Kept, Details]]:
        """Return what all cases of the owner are computed with, the newest first."""
        found = self._own((*documents.HEAD, "details"), asking.NEWEST_FIRST, _COMPUTED)
        return [(documents.kept(hit), documents.details(hit)) for hit in found]

    def _own(
        self, fields: Sequence[str], sort: Sequence[Raw], page: int = _PAGE, *, excluded: bool = False,
        filters: Sequence[Raw] = (),
    ) -> Iterator[Raw]:  # fmt: skip
        own = [{"term": {"owner": self._owner}}, {"term": {"excluded": excluded}}]
        self._refresh()
        body = {
            "query": {"bool": {"filter": [*own, *filters]}}, "sort": list(sort), "_source": False,
            "docvalue_fields": list(fields),
        }  # fmt: skip
        return pages(self._client, body, self._client.index, page=page)

    def search(self, query: Query, most: int = 10, *, counted: bool = False, everyone: bool = False) -> Found:
        """Return the cases that match, the best first; without terms the newest first. `everyone`: of other owners too."""
        self._refresh()
        filters, terms = asking.chosen(query), [term for term in query.terms if asking.words(term)]
        if not everyone:
            filters.append({"term": {"owner": self._owner}})
        if not query.terms:
            newest = {"query": {"bool": {"filter": filters}}, "sort": asking.NEWEST_FIRST}
            return self._found(newest, most, 0, counted=counted)
        if not terms:
            return Found((), 0, {})
        phrases = any(len(asking.words(term)) > 1 for term in terms)

        def found(at_least: int) -> Found:
            best = {"query": asking.having(terms, at_least, filters), "sort": asking.BEST_FIRST}
            return self._found(best, most, at_least, counted=counted, phrases=phrases)

        whole = found(len(terms))
        if whole.total or len(terms) == 1:
            return whole
        body = {"query": asking.counting(terms, filters), "size": 1, "_source": False}
        best_count = round(self._ask(body)["hits"]["max_score"] or 0)
        return found(best_count)._replace(whole=False) if best_count else whole

    def _found(self, body: Raw, most: int, terms: int, *, counted: bool, phrases: bool = False) -> Found:
        """Return the hits of a query; a hit that moved to the next page meanwhile is there once."""
        shown = {
            **body, "_source": False, "track_total_hits": True, "docvalue_fields": [*documents.HEAD, "facet"],
        }  # fmt: skip
        if terms:
            shown |= {"highlight": asking.MARKED, "docvalue_fields": [*documents.HEAD, "facet", "places"]}
        hits, total, page = dict[str, Hit](), 0, _SHOWN if terms else _COMPUTED
        counts = self._counts(body["query"]) if counted else {}
        while True:
            page = min(page, most - len(hits))
            try:
                answer = self._ask({**shown, "size": page})["hits"]
            except TooLargeError as err:
                page = smaller(self._client, page, err)
                continue
            total = total or answer["total"]["value"]
            for one in answer["hits"]:
                marked = documents.excerpts(one, phrases=phrases) if terms else ()
                hits[one["_id"]] = Hit(documents.kept(one), documents.facets(one), marked, terms)
            if len(answer["hits"]) < page or len(hits) >= most:
                break
            shown["search_after"] = answer["hits"][-1]["sort"]
        return Found(tuple(hits.values()), total, counts)

    def _counts(self, query: Raw) -> dict[str, dict[str, int]]:
        """Return how often each facet is among all that match."""
        found: dict[str, dict[str, int]] = {name: {} for name in FACETS}
        after: Raw | None = None
        while True:
            answer = self._ask({"query": query, "size": 0, "aggs": asking.facet_counts(after)})
            page = answer["aggregations"]["facets"]
            for bucket in page["buckets"]:
                one = documents.facet(bucket["key"]["facet"])
                found.setdefault(one.name, {})[one.value] = bucket["doc_count"]
            after = page.get("after_key")
            if not after or len(page["buckets"]) < asking.FACETS_AT_ONCE:
                return documents.known(list(found), found)

    def _ask(self, body: Raw) -> Any:
        return ask(self._client, body, self._client.index)


def _folders(hits: Iterable[Raw]) -> frozenset[str]:
    return frozenset(hit["fields"]["folder"][0] for hit in hits)
