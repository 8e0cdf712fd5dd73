"""English words beside names: of things that a timeline has facts about, and of things that it cannot know; data."""

from __future__ import annotations

from typing import Final

#: Before or behind a name: it is of something that facts are about.
THINGS: Final = (
    "alert", "alerts", "cluster", "service", "host", "node", "pod", "region", "zone", "deploy", "deployment", "release", "version", "channel", "queue", "database",
    "instance", "shard", "replica", "server", "machine", "rollout", "page for", "deploy of", "rollback of", "merge of", "container", "broker", "firing of", "crossing of",
)  # fmt: skip
#: Behind a name: what happens to such things.
HAPPENS: Final = (
    "fired", "fires", "went off", "went quiet", "stopped firing", "started firing", "began firing", "began to fire", "resolved", "was resolved", "was deployed", "were deployed", "was shipped",
    "was rolled", "was released", "was raised", "was acknowledged", "was unacknowledged", "was escalated", "was reassigned", "was silenced", "was merged", "went out", "went live", "crossed", "recovered", "crashed", "restarted", "failed",
    "was down", "went down", "was up", "came back", "landed", "rolled out", "finished", "charged", "was slow", "timed out", "stopped", "died", "was restarted", "was paged",
    "woke", "woke up", "paged", "alerted", "had fired", "has fired", "was firing", "were firing", "kept firing", "was the first", "rang", "cleared", "flapped", "was active", "notified",
    "sounded", "triggered", "never fired", "did not fire", "warned", "came on", "evicts", "did not help", "shipped", "brought", "came first", "began", "ended", "was live", "was out", "is live",
    "is the first", "told us", "went to", "called", "had been deployed", "had been shipped", "had been firing", "lasted", "carried", "contained", "contains", "introduced", "repaired", "fixed", "stayed",
)  # fmt: skip
#: Before a name: somebody brings it about.
DOES: Final = (
    "shipped",
    "deployed",
    "released",
    "rolled back",
    "rolled out",
    "merged",
    "acknowledged",
    "silenced",
    "restarted",
    "deploy of",
    "rollback of",
    "release of",
    "page for",
    "paged for", "paged by", "paged about", "woken by", "alerted by", "notified by", "warned by", "told by", "notification of", "notification for", "page from", "fired for", "alert for",
    "alert of", "alarm", "alarms", "alert on", "pages for", "an alert for", "reverted", "tagged", "released as", "shipped as", "deployed as", "rollout of", "tag",
)  # fmt: skip
#: Beside a name: it is of something that no record here would name.
UNKNOWABLE: Final = (
    "setting", "settings", "parameter", "option", "function", "method", "file", "files", "variable", "field", "column", "table", "command", "script", "key", "header", "endpoint",
    "library", "package", "class", "module", "metric", "query", "label", "runbook", "dashboard", "panel", "type", "constant", "branch", "path", "directory", "folder", "tool", "format",
    "encoding", "algorithm", "protocol", "exception", "error", "callback", "hook", "job", "workflow", "step", "rule", "test", "default", "value", "code", "argument", "config", "call",
)  # fmt: skip
#: Names in code form that are nobody's subject.
COMMON: Final = frozenset(
    ["utf-8", "sha-256", "sha-1", "sha-512", "iso-8601", "http-2", "http-3", "x86-64", "base-64", "ipv-4", "ipv-6", "p-99", "rfc-3339", "aes-256", "ed25519", "tls-1.2", "tls-1.3"]
)  # fmt: skip
#: Before a name: it stands for comparison, or for what is so at any time.
ASIDE: Final = (
    "unlike", "unlike with", "unlike in", "like", "such as", "e.g.", "e.g", "for example", "for instance", "as with", "as in", "whenever", "similar to", "instead of", "rather than",
    "than", "than in", "same as", "as before", "code as before", "compared to", "compared with", "other than", "hosts like", "release before", "version before", "state before", "waiting on", "waits on", "waiting for", "waits for", "depends on", "depend on",
    "runs on", "run on", "hosted on", "lives on",
)  # fmt: skip
#: Before a name whose like the timeline has: another of its kind than those that are recorded.
OTHERS: Final = (
    "previous",
    "earlier",
    "older",
    "old",
    "prior",
    "last",
    "next",
    "later",
    "newer",
    "before",
    "since",
    "than",
    "from",
    "like",
    "unlike",
    "replaced",
    "until",
    "back to",
    "future",
    "planned",
)
#: Behind a name that the timeline has nowhere: it was there, and did not do enough.
IN_VAIN: Final = r"\s{1,3}(?:(?:did not|didn['’]t|could not) (?:help|fix|change|work|suffice|stop|solve|make|cure|end)\w{0,3}|did nothing|changed nothing)\b"
#: Before a name that the timeline has nowhere: it was there before what is recorded.
OLDER: Final = (
    "previous",
    "earlier",
    "older",
    "old",
    "prior",
    "replaced",
    "superseded",
    "back to",
    "former",
    "last good",
    "known-good",
)
