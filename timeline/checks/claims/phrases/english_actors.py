"""English words for who did something: roles, what they are called besides, and verbs of doing; data."""

from __future__ import annotations

from typing import Final

#: A role of the incident file by what people call it.
ROLES: Final = {
    "incident commander": ("incident commander", "commander", "ic", "incident lead", "incident manager"),
    "commander": ("incident commander", "incident commander", "ic", "commander"),
    "ic": ("incident commander", "ic"),
    "communications": ("communications", "communications lead", "comms", "comms lead", "communication lead"),
    "communications lead": ("communications", "communications lead", "comms", "comms lead"),
    "comms": ("communications", "comms", "comms lead"),
    "comms lead": ("communications", "comms", "comms lead"),
    "operations": ("operations", "operations lead", "ops lead"),
    "operations lead": ("operations lead", "ops lead"),
    "ops lead": ("operations lead", "ops lead"),
    "scribe": ("scribe", "note taker"),
    "incident lead": ("incident lead", "incident commander", "ic"),
    "incident manager": ("incident manager", "incident commander", "im"),
    "planning": ("planning", "planning lead"),
    "liaison": ("liaison", "customer liaison"),
}  # fmt: skip
#: Somebody who is a person, and more is not known.
PERSON: Final = (
    "on-call",
    "on-call engineer",
    "oncall",
    "on-call responder",
    "primary on-call",
    "secondary on-call",
    "engineer on call",
)
#: A program.
BOT: Final = (
    "bot",
    "alert bot",
    "chat bot",
    "chatbot",
    "alertbot",
    "deploy bot",
    "automation",
    "pipeline",
    "cron job",
)
#: What somebody did of which there is a record: behind who did it.
DID: Final = (
    "said", "wrote", "posted", "asked", "told", "announced", "noted", "reported", "proposed", "suggested", "confirmed", "deployed", "shipped", "released", "merged",
    "tagged", "pushed", "reverted", "rolled", "acknowledged", "acked", "escalated", "reassigned", "silenced", "muted", "declared", "resolved", "closed", "took", "started", "opened", "raised",
    "called", "noticed", "found", "spotted", "observed", "warned", "stated", "remarked", "mentioned", "messaged", "shared", "typed", "sent", "began", "made", "did",
    "paged", "updated", "changed", "edited", "deleted", "pinned", "approved", "triggered", "ran", "restarted", "scaled", "flipped", "toggled", "enabled", "disabled",
    "decided", "requested", "pointed", "handed", "logged", "committed", "published", "admitted", "explained", "concluded", "claimed", "quipped", "wondered", "thanked",
    "finished", "completed", "executed", "performed", "initiated", "carried", "put", "says", "writes", "posts", "asks", "reports", "kicked", "promised", "offered",
    "estimated", "diagnosed", "identified", "saw", "filed", "paused", "resumed", "drained", "stopped", "asked for", "agreed", "insisted", "objected", "gave", "built",
    "brought", "drew", "cut", "set", "led", "spoke", "wound", "threw", "swapped", "killed", "rebuilt", "rerun", "reran", "undid", "chose", "drove", "held", "spun",
    "shut", "wrote up", "summed", "came up", "went back", "turned off", "turned on", "was the first to", "was the one to", "was the one who", "was first to",
    "was the person who", "was quick to", "were the first to", "turned to", "proceeded to", "managed to", "worked out", "chose to", "offered to", "volunteered to", "decided to",
    "moved to", "set out to", "got to",
)  # fmt: skip
#: Regular verbs that say of whom they are of nothing that a record would be of: what came to somebody, or was in their head.
PASSIVE: Final = (
    "received", "needed", "wanted", "waited", "learned", "followed", "watched", "remained", "stayed", "seemed", "appeared", "belonged", "worked", "helped", "suffered",
    "expected", "hoped", "assumed", "depended", "listened", "relied", "believed", "joined", "arrived", "returned", "replied", "answered", "responded", "reacted",
    "missed", "lacked", "owned", "used", "tried", "failed", "finished", "witnessed", "experienced", "trusted", "supposed", "doubted", "feared", "liked", "enjoyed",
    "turned", "happened", "looked", "called", "continued", "ended", "attended", "slept", "rested", "travelled", "realised", "realized", "worried", "obtained", "accepted",
    "reviewed", "checked", "overlooked", "ignored", "recalled", "remembered", "passed", "need", "speed", "exceed", "proceed", "succeed", "indeed", "feed", "seed",
    "assisted", "supported", "cooperated", "collaborated", "supposedly", "based", "involved", "assigned", "named", "tired", "red", "bed", "shared", "required",
    "deserved",
)  # fmt: skip
#: Between who did it and the verb.
BETWEEN: Final = (
    "then", "also", "first", "later", "soon", "already", "had", "has", "who", "which", "that", "quickly", "immediately", "again", "finally", "now", "in", "chat", "channel", "the",
    "therefore", "just", "next", "duly", "only", "promptly", "subsequently", "correctly", "and",
)  # fmt: skip
#: Before who did it.
BY: Final = (
    "by",
    "from",
    "according to",
    "as per",
    "in the words of",
    "thanks to",
    "courtesy of",
    "at the hands of",
    "victim to",
    "it fell to",
    "fell to",
    "the work of",
    "credit goes to",
    "came from",
    "comes from",
)
#: What a column of those who did something is called.
WHO: Final = frozenset(
    [
        "who",
        "actor",
        "by",
        "person",
        "author",
        "responder",
        "from",
        "by whom",
        "said by",
        "done by",
        "user",
        "speaker",
    ]
)
#: Behind a genitive: somebody's own.
OWN: Final = (
    "message", "messages", "post", "deploy", "deployment", "merge", "change", "commit", "rollback", "tag", "words", "note", "question", "comment", "report", "statement", "reply",
    "acknowledgement", "acknowledgment", "silence", "release", "update", "announcement", "request", "pull request", "finding", "call", "word", "idea", "doing", "work", "decision", "order", "discovery", "observation", "count", "estimate",
    "plan", "diagnosis", "warning", "remark",
)  # fmt: skip
#: Behind who did it: what they said, which makes nothing of who said it.
SAYS_THAT: Final = r"\b(?:that|whether|if|how|why|what|when|(?:the|a|his|her|their|our) (?:plan|idea|proposal|decision)|aloud)\b"
