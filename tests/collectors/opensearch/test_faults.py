"""OpenSearch under every fault: complete data, or a gap that says what is missing."""

from __future__ import annotations

from typing import Any

from collectors.opensearch.collector import OpensearchCollector
from collectors.testing import FaultServer, Reply, check_faults
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.opensearch.test_documents import KEYWORD, WINDOW, made
from tests.golden_files import Golden
from tests.servers.opensearch import OpenSearch
from timeline.instant import NS

_EXPIRED = b'{"error": {"type": "search_context_missing_exception", "reason": "No search context found"}, "status": 404}'


def _one_shard_less(answer: Any) -> Any:
    """Say that a shard did not answer, as with status 200."""
    if isinstance(answer, dict) and "hits" in answer:
        failed = {"shard": 1, "reason": {"type": "node_disconnected", "reason": "gone"}}
        return {**answer, "_shards": {"total": 2, "successful": 1, "failed": 1, "failures": [failed]}}
    return answer


def test_every_fault_is_named_or_changes_nothing(opensearch2: OpenSearch, golden: Golden) -> None:
    documents = [
        {"@timestamp": f"2026-11-21T14:{minute:02d}:00Z", "level": level, "message": f"m{minute}"}
        for minute, level in enumerate(["INFO", "ERROR", "WARN", "INFO", "ERROR", "DEBUG", "INFO"])
    ]
    index = made(opensearch2, "faults", documents, level=KEYWORD)
    # With an origin of its own: to a user who may not ask the cluster for its identity, facts are the source's.
    options = {"index": index, "mode": "both", "page": 2, "origin": "logs"}
    with FaultServer(opensearch2.url) as server:
        outcomes = check_faults(
            OpensearchCollector,
            options,
            server,
            WINDOW,
            partial=_one_shard_less,
            expired=Reply(404, _EXPIRED),
            now=WINDOW.end + 3600 * NS,
        )
    keep(golden, "opensearch", outcomes)
    now = WINDOW.end + 3600 * NS
    assert clock_cases.hold(OpensearchCollector, options, opensearch2.url, WINDOW, now) >= 2
    assert {"repeated place", "endless pages"} <= {one.fault for one in outcomes}
