"""English words that deny: what did not happen, to whom, and when; data, which rules make patterns of."""

from __future__ import annotations

from typing import Final

#: Before a noun: there was none of it.
NONE_OF: Final = (
    "no", "not a single", "not one", "zero", "not any", "n't any", "never any", "neither any", "nor any", "nor did any",
    "none of the", "none of our", "none of these", "neither", "neither an", "neither a", "nor an", "nor a", "hardly any", "at no point did an", "at no point did any", "at no point did the", "at no time did an", "at no time did any",
)  # fmt: skip
WITHOUT: Final = ("without any", "without a single", "without an", "without a", "without")
#: Nobody and nothing: a verb behind them says what was not done.
NOBODY: Final = (
    "nobody",
    "no one",
    "no-one",
    "nothing",
    "none of us",
    "not one person",
    "no person",
    "no engineer",
    "no responder",
    "no human",
    "none",
)
#: Between subject and verb.
NEVER: Final = (
    "never",
    "not",
    "didn't",
    "did not",
    "wasn't",
    "weren't",
    "hadn't",
    "had not",
    "was not",
    "were not",
    "never once",
    "not once",
)
#: What is denied by its noun: the sort of thing.
DENIED: Final = {
    "alert": "alert", "alerts": "alert", "alarm": "alert", "alarms": "alert", "firing": "alert", "firings": "alert",
    "page": "page", "pages": "page", "notification": "page", "notifications": "page", "pager alert": "page",
    "deploy": "deploy", "deploys": "deploy", "deployment": "deploy", "deployments": "deploy", "rollout": "deploy", "rollouts": "deploy", "release": "release",
    "releases": "release", "change": "change", "changes": "change", "rollback": "rollback", "rollbacks": "rollback", "roll-back": "rollback", "revert": "rollback",
    "message": "message", "messages": "message", "chat message": "message", "chat messages": "message", "chat": "message", "word": "message",
    "error": "error", "errors": "error", "error log": "error", "error logs": "error", "log error": "error", "log errors": "error", "exception": "error", "exceptions": "error",
    "log": "log", "logs": "log", "log line": "log", "log lines": "log", "log entry": "log", "log entries": "log",
    "status post": "status", "status posts": "status", "status update": "status", "status updates": "status", "post": "status", "posts": "status",
    "update": "status", "updates": "status", "status page post": "status", "status page update": "status", "status page updates": "status",
    "silence": "silence", "silences": "silence", "acknowledgement": "acknowledgement", "acknowledgment": "acknowledgement", "acknowledgements": "acknowledgement",
    "acknowledgments": "acknowledgement", "ack": "acknowledgement", "acks": "acknowledgement", "merge": "merge", "merges": "merge", "pull request": "merge",
    "pull requests": "merge", "flag": "flag", "flags": "flag", "feature flag": "flag", "feature flags": "flag", "flag change": "flag", "flag changes": "flag",
    "configuration change": "config", "config change": "config", "config changes": "config", "configuration changes": "config",
    "escalation": "escalation", "escalations": "escalation", "reassignment": "reassignment", "reassignments": "reassignment",
}  # fmt: skip
#: What is denied by its verb, behind nobody or nothing, or behind a subject and never.
VERBS: Final = {
    "paged": "page", "page": "page", "notified": "page", "alerted": "page", "deployed": "deploy", "deploy": "deploy", "shipped": "deploy", "ship": "deploy",
    "rolled out": "deploy", "released": "release", "rolled back": "rollback", "roll back": "rollback", "reverted": "rollback", "acknowledged": "acknowledgement",
    "acknowledge": "acknowledgement", "acked": "acknowledgement", "silenced": "silence", "silence": "silence", "muted": "silence", "merged": "merge", "merge": "merge",
    "changed": "change", "wrote": "message", "said": "message", "messaged": "message", "replied": "message", "write": "message", "reply": "message",
    "written": "message", "spoken": "message", "fired": "alert", "fire": "alert", "fires": "alert", "go off": "alert", "went off": "alert", "firing": "alert", "trigger": "alert", "triggered": "alert",
    "posted on the status page": "status", "post on the status page": "status", "posted to the status page": "status", "updated": "status", "update": "status",
    "logged": "log", "posted": "post", "post": "post", "escalated": "escalation", "escalate": "escalation", "reassigned": "reassignment", "reassign": "reassignment",
}  # fmt: skip
#: Before a denied noun: it narrows nothing.
ANY: Final = frozenset(
    [
        "single",
        "such",
        "actual",
        "automatic",
        "automated",
        "recorded",
        "chat",
        "slack",
        "real",
        "monitoring",
        "of",
        "the",
        "our",
        "these",
        "public",
        "firing",
        "one",
        "corresponding",
    ]
)
#: Before a denied noun: what the sentence cites is left aside.
OTHER: Final = frozenset(
    ["other", "further", "more", "additional", "new", "second", "another", "subsequent", "later", "else"]
)
#: Directly behind a denied noun, where it is what happened and not what there is.
HAPPENED: Final = (
    "was", "were", "had", "fired", "went", "came", "reached", "sounded", "triggered", "rang", "paged", "happened", "occurred", "took place", "arrived", "appeared", "made",
    "got", "ever", "at all", "whatsoever", "before", "between", "until", "till", "during", "after", "since", "from", "in", "at", "by", "for", "of", "on", "about", "yet", "either", "told", "warned",
    "prior", "while", "when", "within", "up", "throughout", "did", "followed", "preceded", "existed", "posted", "sent", "and", "or", "nor", "to", "all", "started", "ran", "finished", "landed", "woke", "fire", "go", "merged", "deployed", "recorded", "logged", "seen", "acknowledged", "issued", "raised", "received", "observed", "noticed", "opened", "written",
)  # fmt: skip
#: In the clause: it is about what was set up, what might be, or what is left out; nothing that records could refute.
NO_EVENT: Final = (
    "configured", "defined", "set up", "in place", "exists", "exist", "covers", "covered", "cover", "watches", "watched", "would", "could", "should", "might", "will",
    "if", "unless", "whether", "except", "but for", "other than", "apart from", "besides", "need", "needed", "must", "can", "cannot", "may", "rule", "rules", "is", "are",
    "has", "have", "because", "so that", "ensure", "policy", "required", "allowed", "wired", "routed", "owns", "planned", "doubt", "attached", "tied to", "aware of", "for lack of",
    "linked", "associated", "related", "relevant", "responsible", "expected", "reason", "explains", "than",
    "went missing", "went lost", "got lost", "went unanswered", "went unnoticed", "went unread", "went wrong", "gone wrong", "unanswered", "unnoticed", "was missed", "was ignored",
)  # fmt: skip
#: Whose edge a span has: `before the rollback`.
EDGES: Final = {
    "rollback": "rollback", "roll-back": "rollback", "revert": "rollback", "deploy": "deploy", "deployment": "deploy", "rollout": "deploy", "first alert": "alert",
    "alert": "alert", "page": "page", "first page": "page", "acknowledgement": "acknowledgement", "acknowledgment": "acknowledgement", "first status post": "status",
    "first post": "status", "first status update": "status", "first message": "message", "merge": "merge", "first deploy": "deploy", "status post": "status",
}  # fmt: skip
UNTIL: Final = ("before", "until", "till", "prior to", "up to", "ahead of", "by", "up until", "earlier than")
FROM: Final = ("after", "since", "from", "following", "starting", "as of", "later than", "past")
WITHIN: Final = ("between", "from")
AROUND: Final = ("around", "about", "near", "at around", "at about")
#: The unpadded incident, and the times around it.
INCIDENT: Final = ("incident", "outage", "event", "disruption", "degradation")
#: A span that is told by how long it was, or by what cannot be looked up here.
UNTOLD: Final = (
    "minute", "minutes", "minutes'", "hour", "hours", "second", "seconds", "day", "days", "week", "weeks", "month", "moment", "while", "when", "early", "late", "later", "earlier", "first", "last",
    "next", "then", "at that time", "at the time", "by then", "initially", "at first", "meanwhile", "immediately", "in time", "shortly", "soon", "as", "once", "yet", "overnight", "yesterday",
)  # fmt: skip
#: What begins a clause that tells when the one before it was so.
WHILE: Final = (
    "while",
    "when",
    "whenever",
    "as long as",
    "until",
    "till",
    "before",
    "after",
    "once",
    "until after",
)
#: Behind `was` and a denied noun: it happened, and no more is said of it.
EVENTS: Final = frozenset(
    [
        "made", "sent", "posted", "fired", "firing", "triggered", "raised", "seen", "recorded", "logged", "received", "issued", "merged", "deployed", "observed", "noticed",
        "published", "opened", "done", "started", "active", "written", "shown", "run", "shipped", "registered", "emitted", "generated", "created", "found", "there", "visible",
        "delivered", "performed", "applied", "rolled", "released", "carried", "finished", "ever", "yet", "at", "before", "between", "until", "during", "after", "by", "in", "since",
        "given", "put", "up", "out", "placed", "set", "visible", "present", "thrown", "pushed", "under", "on",
    ]
)  # fmt: skip
#: Behind `was` and a denied noun: what was not done to it.
DONE_TO: Final = {
    "deleted": "deletion",
    "edited": "edit",
    "silenced": "silence",
    "muted": "silence",
    "acknowledged": "acknowledgement",
    "acked": "acknowledgement",
    "escalated": "escalation",
    "reassigned": "reassignment",
    "rolled back": "rollback",
    "reverted": "rollback",
}
#: Who is paged, and is no name of an alert.
PAGED: Final = frozenset(
    [
        "on-call",
        "engineer",
        "engineers",
        "we",
        "us",
        "team",
        "responder",
        "responders",
        "anyone",
        "anybody",
        "sre",
        "sres",
        "oncall",
        "people",
    ]
)
#: Before what is cited: its time ends, or begins, the span.
UNTIL_WHEN: Final = (
    "preceded",
    "preceding",
    "before",
    "until",
    "till",
    "prior to",
    "ahead of",
    "up until",
    "up to",
    "by the time",
)
FROM_WHEN: Final = (
    "followed",
    "after",
    "since",
    "from the time",
    "from when",
    "following",
    "from the moment",
    "from",
)
#: Before a verb and what is denied: nobody's own are meant.
EVERYBODY: Final = frozenset(
    ["we", "team", "they", "people", "responders", "engineers", "anybody", "anyone", "channel", "us"]
)
#: What an alert does at its end, behind `never` and kin.
ENDS: Final = (
    "recovered", "recover", "resolved", "resolve", "cleared", "clear", "stopped firing", "stop firing", "stopped", "stop", "ended", "end", "went quiet", "go quiet", "closed",
)  # fmt: skip
#: Behind such a verb: in some way, and not at all.
SOMEHOW: Final = (
    "by", "on its", "on their", "itself", "without", "completely", "fully", "for long", "properly", "entirely", "because", "thanks", "due", "automatically", "fast", "quickly",
    "soon", "immediately", "at once", "in time", "when", "as", "with", "right", "altogether",
)  # fmt: skip
ORDINALS: Final = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6}
#: Behind what is denied: it was so before, and is denied of the time after it.
AGAIN: Final = (
    "again",
    "any more",
    "anymore",
    "once more",
    "any longer",
    "thereafter",
    "afterwards",
    "from then on",
    "after that",
    "since then",
    "since",
)
#: Where messages are written.
CHANNELS: Final = frozenset(["channel", "chat", "slack", "room", "thread", "bridge"])
