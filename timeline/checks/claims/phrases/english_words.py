"""English words for who said what, and how much: data, which rules make patterns of."""

from __future__ import annotations

from typing import Final

from timeline.checks.claims.phrases.english_time import NUMBERS

#: Verbs of saying: what stands in marks beside them is somebody's words, however short.
SAYING: Final = (
    "said", "says", "say", "saying", "wrote", "writes", "written", "writing", "posted", "posts", "post", "messaged",
    "replied", "replies", "answered", "answers", "asked", "asks", "asking", "announced", "announces", "stated",
    "states", "told", "tells", "noted", "notes", "remarked", "commented", "reported", "reports", "reads", "reading",
    "warned", "confirmed", "added", "quoted", "quote", "quotes", "in the words of", "their words", "verbatim",
    "according to", "put it", "texted", "typed", "shouted", "wondered", "suggested", "read", "has it that", "have it that", "has it", "words were", "goes",
)  # fmt: skip
#: Documents that say something in words of their own, which no fact has.
DOCUMENTS: Final = (
    "runbook", "runbooks", "playbook", "playbooks", "policy", "docs", "documentation", "manual", "guide", "guideline", "guidelines", "handbook", "wiki",
    "readme", "checklist", "procedure", "contract", "SLA", "design", "policies", "sla", "saying", "proverb", "motto", "adage", "slogan", "template",
    "error page", "landing page", "page that customers got", "page that users got", "postmortem", "post-mortem", "book", "textbook", "rule", "principle",
    "old joke", "joke", "convention", "agreement", "job description", "release notes", "changelog", "channel topic", "topic", "code comment", "comment in the code", "todo",
)  # fmt: skip
#: What stands in marks right behind these is what a thing is called, and nobody's words.
CALLED: Final = (
    "titled", "entitled", "called", "named", "labelled", "labeled", "so-called", "runbook", "playbook", "document",
    "doc", "dashboard", "panel", "page", "ticket", "issue", "article", "guide", "section", "chapter", "heading",
    "button", "menu", "policy", "template", "book", "paper", "talk", "wiki", "tab", "screen", "view", "pattern",
    "anti-pattern", "nickname", "nicknamed", "dubbed", "christened", "codename", "known to us as", "known internally as", "principle", "rule", "approach", "known as", "referred to as", "meaning", "means", "term",
)  # fmt: skip

#: Words for numbers below a hundred.
SMALL: Final = {**NUMBERS, "fourty": 40}
#: What multiplies the number before it, in words and as letters behind digits.
LARGE: Final = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 1_000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
}
LETTERS: Final = {"k": 1_000, "K": 1_000, "M": 1_000_000, "bn": 1_000_000_000, "B": 1_000_000_000}
#: Words for parts, in per cent.
PARTS: Final = {
    "half": 50, "a half": 50, "one half": 50, "a third": 100 / 3, "one third": 100 / 3, "two thirds": 200 / 3,
    "a quarter": 25, "one quarter": 25, "three quarters": 75, "a fifth": 20, "one fifth": 20, "two fifths": 40,
    "three fifths": 60, "four fifths": 80, "a sixth": 100 / 6, "an eighth": 12.5, "a tenth": 10, "one tenth": 10,
    "two tenths": 20, "three tenths": 30, "four tenths": 40, "six tenths": 60, "seven tenths": 70, "eight tenths": 80, "nine tenths": 90, "a seventh": 100 / 7, "a ninth": 100 / 9,
    "one sixth": 100 / 6, "one seventh": 100 / 7, "one eighth": 12.5, "one ninth": 100 / 9, "a twentieth": 5, "one twentieth": 5, "a hundredth": 1, "one hundredth": 1,
}  # fmt: skip
#: Each so manieth, in per cent.
EVERY: Final = {
    "every other": 50, "every third": 100 / 3, "every fourth": 25, "every fifth": 20, "every sixth": 100 / 6, "every eighth": 12.5, "every tenth": 10, "every twentieth": 5,
    "every hundredth": 1,
}  # fmt: skip
#: How often.
OFTEN: Final = {"once": 1, "twice": 2, "thrice": 3}
#: Before a number: within a fifth of it.
ABOUT: Final = (
    "about", "around", "roughly", "approximately", "approx", "approx.", "circa", "ca.", "some", "nearly", "almost",
    "close to", "just under", "just over", "just above", "just below", "an estimated", "up to", "as many as",
    "as much as", "as high as", "as few as", "as low as", "something like", "in the region of", "on the order of",
    "well over", "~", "≈", "c.", "short of", "just short of", "a little short of", "shy of", "just shy of", "a little over", "a little under",
    "a bit over", "a bit under", "slightly over", "slightly under", "a touch over", "a touch under", "not quite", "give or take",
)  # fmt: skip
#: Before or behind a number: what is counted is so many or more, or fewer.
AT_LEAST: Final = (
    "at least", "no fewer than", "no less than", "not less than", "not fewer than", "a minimum of", "≥", ">=",
)  # fmt: skip
MORE_THAN: Final = (
    "more than",
    "over",
    "above",
    "in excess of",
    "upwards of",
    "exceeding",
    "greater than",
    "higher than",
    ">",
)
AT_MOST: Final = ("at most", "no more than", "not more than", "a maximum of", "max", "max.", "≤", "<=")
LESS_THAN: Final = ("fewer than", "less than", "under", "below", "lower than", "<")
OR_MORE: Final = ("or more", "or so", "and more", "and counting", "plus")
OR_LESS: Final = ("or less", "or fewer", "at most")
#: Directly before a number that is a name: of a change, a step, a port, a code.
NUMBERED: Final = (
    "pr", "prs", "pull request", "pull requests", "mr", "merge request", "issue", "ticket", "change", "commit", "port", "ports", "status", "statuses", "status code",
    "code", "codes", "http", "https", "error code", "exit code", "version", "release", "step", "steps", "line", "lines", "page", "section", "figure", "fig.",
    "table", "rfc", "node", "shard", "replica", "partition", "zone", "build", "run", "job", "attempt", "phase", "part", "level", "severity", "sev", "priority",
    "tier", "id", "no.", "nr.", "number", "incident", "revision", "rev", "item", "question", "action", "option", "case", "layer", "generation", "gen", "chapter",
    "appendix", "row", "column", "slide", "day", "week", "month", "year", "quarter", "q", "room", "floor", "rank", "slot", "worker", "pod", "host", "server", "rack",
    "batch", "round", "wave", "stage", "series", "iteration", "sprint", "footnote", "point", "factor", "lesson", "claim", "hypothesis",
)  # fmt: skip
MONTHS: Final = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "january", "february", "march", "april", "june", "july",
    "august", "september", "october", "november", "december",
)  # fmt: skip
#: Units of time behind a number: whole durations, and those that a measured value may have too.
DURATIONS: Final = (
    "minute", "minutes", "min", "mins", "hour", "hours", "hr", "hrs", "h", "m", "day", "days", "d", "week", "weeks", "month", "months", "year", "years",
    "quarter", "quarters", "fortnight", "decade", "decades",
)  # fmt: skip
SECONDS: Final = {
    "s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0, "ms": 1e-3, "msec": 1e-3, "millisecond": 1e-3, "milliseconds": 1e-3,
    "us": 1e-6, "µs": 1e-6, "microsecond": 1e-6, "microseconds": 1e-6, "ns": 1e-9, "nanoseconds": 1e-9,
}  # fmt: skip
BYTES: Final = {
    "b": 1.0, "byte": 1.0, "bytes": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kilobytes": 1e3, "kilobyte": 1e3, "megabytes": 1e6, "megabyte": 1e6, "gigabytes": 1e9, "gigabyte": 1e9, "gigs": 1e9, "terabytes": 1e12, "terabyte": 1e12,
    "kib": 2.0**10, "mib": 2.0**20, "gib": 2.0**30, "tib": 2.0**40,
}  # fmt: skip
#: Behind a number with a unit of time, or before it: it is how long something took, and no measured value.
LASTING: Final = (
    "later", "earlier", "after", "before", "long", "passed", "elapsed", "took", "takes", "lasted", "within", "delay", "ago", "apart", "for", "of downtime",
    "every", "each", "per", "interval", "since", "past", "next", "last", "first", "until", "ahead", "of the firing", "gap", "then", "between", "window", "timeout",
)  # fmt: skip
#: What is counted, by its noun: the sort of thing (`timeline.checks.claims.words.counts` says which facts they are).
COUNTED: Final = {
    "alert": "alert", "alerts": "alert", "alarm": "alert", "alarms": "alert", "firing": "firing", "firings": "firing",
    "page": "page", "pages": "page", "notification": "page", "notifications": "page",
    "deploy": "deploy", "deploys": "deploy", "deployment": "deploy", "deployments": "deploy", "rollout": "deploy", "rollouts": "deploy",
    "rollback": "rollback", "rollbacks": "rollback", "roll-backs": "rollback", "roll-back": "rollback",
    "message": "message", "messages": "message", "chat message": "message", "chat messages": "message",
    "status post": "status", "status posts": "status", "status update": "status", "status updates": "status",
    "status page post": "status", "status page posts": "status", "status page update": "status", "status page updates": "status",
    "posts on the status page": "status", "updates on the status page": "status", "posts to the status page": "status", "updates to the status page": "status",
    "silence": "silence", "silences": "silence", "acknowledgement": "acknowledgement", "acknowledgements": "acknowledgement",
    "acknowledgment": "acknowledgement", "acknowledgments": "acknowledgement", "acks": "acknowledgement",
    "escalation": "escalation", "escalations": "escalation", "reassignment": "reassignment", "reassignments": "reassignment",
    "merge": "merge", "merges": "merge", "pull request": "merge", "pull requests": "merge", "prs": "merge",
    "release": "release", "releases": "release", "posts": "posts", "updates": "posts",
    "facts": "fact", "gaps": "gap", "gap": "gap",
}  # fmt: skip
#: Before what is counted: it narrows nothing.
COUNTED_ALL: Final = frozenset(
    [
        "total",
        "recorded",
        "firing",
        "the",
        "chat",
        "slack",
        "matrix",
        "public",
        "of",
        "overall",
        "distinct",
        "different",
        "separate",
        "unique",
        "individual",
        "known",
        "in",
    ]
)
#: Before what is counted: each is counted once, however often it came.
COUNTED_ONCE: Final = frozenset(["distinct", "different", "separate", "unique"])
#: The whole incident, or the whole window, by name.
WHOLE_INCIDENT: Final = (
    "during the incident", "in the incident", "over the incident", "during the outage", "throughout the incident", "inside the incident", "within the incident",
    "in total", "that day", "on that day", "that night", "that morning", "that evening", "all told", "in all", "overall", "altogether", "in this incident", "for the incident", "of the incident", "during this incident", "over the course of the incident",
    *(f"{word} the {size} {name}" for word in ("during", "in", "over", "throughout", "within", "across") for size in ("whole", "entire", "full") for name in ("incident", "outage", "night", "day", "morning")),
)  # fmt: skip
WHOLE_WINDOW: Final = (
    "window",
    "in the window",
    "within the window",
    "over the window",
    "during the window",
    "inside the window",
    "of the window",
    "whole timeline",
    "entire timeline",
    "timeline holds",
    "timeline has",
    "timeline records",
    "timeline shows",
    "timeline contains",
)
#: In a clause that counts: only a part of the incident is meant, or of what is counted.
PARTIAL: Final = (
    "of", "for", "from", "on", "by", "about", "with", "at", "before", "after", "within", "until", "between", "per", "each", "another", "other", "more", "further",
    "then", "first", "later", "still", "already", "remaining", "additional", "since", "when", "while", "simultaneously", "in", "to", "via", "through", "would", "could",
    "should", "if", "than", "every", "next", "last", "previous", "that", "which", "who", "whose", "where", "against", "around", "following", "earlier", "same", "rule", "rules",
)  # fmt: skip
#: An alert's firing, as a verb.
FIRED: Final = (
    "fired",
    "fire",
    "go off",
    "fire again",
    "fires",
    "went off",
    "triggered",
    "flapped",
    "rang",
    "firing",
    "alerted",
    "sounded",
    "re-fired",
    "refired",
)
#: What happens to those whom an incident touches: beside it, a number of customers or requests is the impact's.
AFFECTED: Final = (
    "affected", "affecting", "impacted", "impacting", "failed", "failing", "fail", "failure", "failures", "hit", "lost", "unable", "could not", "couldn't", "cannot", "errors",
    "error", "errored", "suffered", "experienced", "saw", "dropped", "timed out", "rejected", "refused", "denied", "turned away", "broken",  "at once",  "at peak", "at the peak",  "burnt", "burned", "consumed",     "were down", "disrupted", "blocked",
    "gave up", "abandoned",  "5xx", "500s",
)  # fmt: skip
#: Behind a number of things: how many in a time, which is no total.
RATE: Final = (
    "per",
    "/s",
    "/sec",
    "/min",
    "a second",
    "a minute",
    "an hour",
    "a day",
    "each",
    "every",
    "rps",
    "qps",
)
#: Before a measured number.
VALUED: Final = (
    "at", "reached", "reaching", "hit", "hitting", "to", "of", "was", "is", "were", "stood at", "crossed", "crossing", "exceeded", "peaked at", "peaking at", "above", "below",
    "over", "under", "past", "around", "about", "threshold", "limit", "value", "measured", "showed", "showing", "read", "with", "from", "than", "by then", "already", "only", "just",
)  # fmt: skip
#: Before a number: it is the limit, and no value that was measured.
LIMITED: Final = ("threshold", "limit", "objective", "target")
#: Before a number: somebody sets it, or would.
SETTING: Final = (
    "raise", "raised", "raising", "increase", "increased", "increasing", "set", "setting", "cap", "capped", "bump", "bumped", "configured", "lower", "lowered", "reduce",
    "reduced", "pool size", "scale", "scaled", "scaling", "sized", "size", "configure", "allow", "allows", "allowed", "default", "defaults", "capacity",
)  # fmt: skip
#: Of an objective.
OBJECTIVE: Final = ("slo", "objective", "target", "availability", "sla", "percentile", "nines")
#: Before a measured value, and hardly before how long something took.
REACHED: Final = (
    "reached", "reaching", "hit", "hitting", "crossed", "crossing", "exceeded", "exceeding", "peaked at", "peaking at", "above", "below", "rose to", "climbed to", "fell to",
    "dropped to", "went to", "was at", "is at", "stood at", "of", "at", "over", "under", "past", "was", "saw", "measured",
)  # fmt: skip
#: Behind a number of things: they are what a gauge measures.
IN_USE: Final = (
    "in use", "waiting", "waited", "queued", "pending", "busy", "taken", "open", "active", "in flight", "used", "occupied", "saturated", "exhausted", "connected", "established",
)  # fmt: skip
#: Behind a number, and nothing that is counted.
NO_NOUN: Final = frozenset(
    [
        "when", "and", "or", "at", "in", "the", "before", "after", "as", "by", "with", "for", "of", "on", "to", "from", "while", "then", "than", "until", "since", "which", "that",
        "is", "was", "were", "are", "but", "so", "where", "who", "during", "once", "by", "again", "already", "now", "later", "only", "against", "between", "utc", "a", "an", "if",
    ]
)  # fmt: skip
#: In a sentence that counts pages: they are those of a pager.
PAGED: Final = (
    "paged",
    "pager",
    "on-call",
    "oncall",
    "sent",
    "alert",
    "alerts",
    "went out",
    "woke",
    "received",
    "got",
    "notified",
    "firing",
    "responder",
    "responders",
    "acknowledged",
    "page went",
    "notification",
    "notifications",
)
#: What an error ratio may be said to be of.
RATIOS: Final = (
    "requests",
    "errors",
    "traffic",
    "calls",
    "responses",
    "transactions",
    "users",
    "customers",
    "failures",
    "failed",
    "attempts",
    "orders",
    "sessions",
    "them",
    "it",
    "error",
    "threshold",
    "limit",
)
#: Behind a share: they are those that did not fail.
SPARED: Final = (
    "went through", "got through", "succeeded", "succeed", "worked", "fine", "healthy", "passed", "unaffected", "were ok", "okay", "completed", "unharmed", "untouched",
    "successful", "successfully", "answered in time", "still work", "not affected", "did not fail", "survived", "success", "success rate", "availability",
)  # fmt: skip
#: Of a number: it is reckoned from others, and no total.
RECKONED: Final = (
    "on average", "average", "averaged", "per customer", "per user", "per request", "per minute", "per second", "per hour", "each", "apiece", "every customer", "every user",
    "a head", "in a row", "median", "times each",
)  # fmt: skip
#: What those who buy are called besides.
CUSTOMERS: Final = frozenset(
    ["customer", "customers", "users", "user", "shoppers", "shopper", "buyers", "buyer", "clients", "client"]
)
#: Directly behind `alerts`: what is counted are all that fired.
ALERTED: Final = (
    "fired", "fire", "went", "were", "was", "had", "have", "triggered", "did", "got", "rang", "sounded", "came", "during", "over", "within", "throughout", "altogether", "overall",
    "total", "in", "all", "started", "began", "fires", "go", "are", "is",
)  # fmt: skip
#: What has words that are recorded, and who is: beside one, what stands in marks are its words.
RECORDS: Final = (
    "message", "messages", "log", "log line", "line", "entry", "post", "status", "status page", "alert", "summary", "description", "text", "words", "note", "question", "answer",
    "reply", "commander", "responder", "on-call", "communications", "comms", "ic", "bot", "commit", "title", "statement", "announcement", "chat", "channel", "thread", "error",
    "exception", "annotation", "plan", "update", "engineer",
)  # fmt: skip
#: Who speaks where nothing is collected: beside a verb of saying.
UNHEARD: Final = (
    "support", "customer support", "customers", "a customer", "one customer", "users", "a user", "one user", "the vendor", "the provider", "management", "the press", "marketing",
    "legal", "sales", "a tweet", "the board", "a shopper", "shoppers",
)  # fmt: skip
#: What somebody might say, and nobody is said to have.
IMAGINED: Final = (
    "might ask", "may ask", "could ask", "would ask", "will ask", "might say", "may say", "could say", "would say", "will say", "might wonder", "may wonder", "might object",
    "might think", "may think", "could argue", "might argue", "should ask", "should have asked", "must ask", "five whys", "the question remains", "open question", "as they say",
    "as one says", "so to speak", "for example", "something like", "along the lines of", "would have read", "should say", "should read", "should have said", "will read", "ought to say",
    "to say", "so much for", "would be", "would have been", "instead of", "rather than", "searched for", "searched the logs for", "looked for", "looking for", "grep for",
    "grepped for", "search for", "should be", "should have been", "review asked for", "reviewer asked for", "asks itself", "ask ourselves", "asked ourselves",
)  # fmt: skip
#: Codes of HTTP, not round, that stand before `requests` as their sort.
CODES: Final = frozenset(
    [401, 403, 404, 408, 409, 410, 413, 414, 416, 418, 422, 423, 429, 431, 499, 501, 502, 503, 504]
)
#: Behind how often something was, where nothing narrows it.
OF_ALL: Final = frozenset(
    ["that", "this", "the", "whole", "all", "day", "night", "morning", "afternoon", "evening", "time", "in", "total",
     "altogether", "overall", "and", "during", "throughout", "incident", "outage"]
)  # fmt: skip
