"""English phrases of order: what puts the left side first, what the right side, and what a fact of each kind is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_THING: Final = r"(?=\s{1,3}(?:the|an?|another|our|its|this|that|these|two|three|several|more|further|all|both)\b|\s{1,3}[A-Z])"
#: `X before Y`: what is left of it came first; at the beginning of a clause, what follows it came second.
FORWARD: Final = (
    r"(?<!the day )(?<!as )(?<!never )before(?! and after)(?! that(?:,|\s\s| (?:the|it|they|we|he|she|an?|our|had|was|were|posted|wrote|did)\b))|prior to|ahead of|led(?=\s(?:the|an?)\s[^.;]{1,60}\sby\s)|earlier than|sooner than|in advance of|(?:up )?until(?! after)|till(?! after)"
    r"|by the time(?: that)?|predat(?:es|ed|ing)|preced(?:es|ed|ing)(?! by)"
)
#: `X after Y`: what is right of it came first.
BACKWARD: Final = (
    r"(?:until|till) after|(?<!the day )(?<!look )(?<!soon )(?<!looked )after(?! all\b| that\b| which\b| this\b|wards)|as soon as|(?<!the )following"
    + _THING
    + r"|in the wake of|on the heels of|later than|subsequent to|trail(?:ed|s|ing)|postdat(?:es|ed|ing)|(?<!at )once"
    + _THING
    + r"|(?:was|were|been|being|is)(?: \w+ly)? preceded by|(?<!was )(?<!were )(?<!is )(?<!been )(?<!being )followed(?! by| up)"
    + _THING
)
#: `X, then Y`: the same, and it may begin a sentence that goes on from the one before.
THEN: Final = (
    r"(?<!since )(?<!by )(?<!until )(?<!even )(?<!back )(?<!just )then|subsequently|afterwards?|after that|after which|thereafter|thereupon"
    r"|(?<!was )(?<!were )(?<!been )followed(?: suit)?(?=\s{0,3}(?:$|[(\[;.]))"
    r"|(?:was|were|is|being|been|and|,)?\s?(?:\w+ly )?followed by|(?:seconds?|secs?|minutes?|mins?|min|hours?|[smh]) later(?! than)|(?<=[,;] )later(?! than)|(?<=and )later(?! than)|later,"
)
#: `9 minutes earlier, Y`.
THEN_EARLIER: Final = (
    r"(?:seconds?|secs?|minutes?|mins?|min|hours?|[smh]) earlier(?! than)|earlier still|beforehand"
    r"|before that(?=,|\s\s| (?:the|it|they|we|he|she|an?|our|had|was|were|posted|wrote|did)\b)"
)
#: `X caused Y`.
CAUSES: Final = (
    r"led to|leads to|leading to|caus(?:ed|es|ing)(?! by)|result(?:ed|s|ing) in|gave rise to|brought (?:about|on(?! by)|down)|set off(?! by)|kicked off"
    r"|made(?=\s{1,3}(?:the|us|our|an?|it|all|some|more|them)(?:\s{1,3}\S{1,40}){0,5}?\s{1,3}(?:fire|fail|crash|restart|saturate|time out|ship|roll|stop|recover|alert|page|drop|rise|grow|break)\b)"
    r"|(?:trigger(?:ed|s|ing)|provok(?:ed|es|ing)|prompt(?:ed|s|ing))(?! by)"
    + _THING
    + r"|as a (?:result|consequence)(?! of)|consequently|therefore|thereby|which is why|that is why"
)
#: `The reason for Y was X`, `X was the reason for Y`, `what caused Y was X`.
REASON: Final = (
    r"(?:root[ -])?causes? (?:of|for|behind)|reasons? (?:for|why|that)|triggers? (?:of|for|behind)"
    r"|(?<=what )(?:set off|caused|triggered|led to|brought (?:about|down)|started|provoked|prompted)|(?:is|was|are|were) why"
)
#: `X fired first, Y second`: only behind `first`, and right before what it cites.
PLACES: Final = r"(?:second|third|next|last|afterwards?|later)"
#: `Y because X`.
CAUSED: Final = (
    r"because(?: of)?|due to(?! (?:be|expire|start|run|happen|end)\b)|owing to|as a (?:result|consequence) of|(?:the )?(?:result|consequence) of"
    r"|(?:caused|triggered|provoked|prompted|brought on|set off|driven|induced) by|in response to|result(?:ed|s|ing) from|stem(?:s|med|ming) from"
    r"|(?:was|were) traced (?:back )?to|thanks to"
)
#: What people came to know in some order is no order of the facts that they came to know.
LEARNED: Final = (
    r"\b(?:look(?:ed|ing|s)? (?:at|into|for)|look(?:ed|ing) |found(?: out)?|find(?:s|ing)?|turned out|notic\w{1,4}|know[ns]?|knew|reali[sz]\w{1,4}|learn\w{0,4}"
    r"|discover\w{0,4}|underst\w{2,6}|check(?:ed|ing)|remember\w{0,3}|traced|conclud\w{1,3}|(?:became|was|is) clear|confirm\w{0,3}|saw|had seen|inspect\w{1,3}"
    r"|examin\w{1,3}|thought|wondered|debugg\w{2,3}|blamed?|analy[sz]\w{1,3}|analysis)\b"
)
#: What makes an order none: nobody says that it was so.
UNSURE: Final = r"\b(?:whether|unclear|unknown|undetermined|not known|cannot (?:tell|say|be (?:told|determined))|can['’]t (?:tell|say)|no way to tell|or after|or before|either|neither|possibl[ey]|perhaps|maybe|suspect\w{0,3}|presum\w{1,6}|which was wrong|wrongly|turned out (?:not|to be wrong))\b"
DENIED: Final = r"(?:\bnot|n['’]t|\bnever|\bno|\bneither|\bnor|\bwithout)(?:\s(?!long\b)\w{1,15}){0,2}\s$"
NEGATIVE: Final = r"\b(?:not|no|never|nobody|none|nothing|neither|no one)\b|n['’]t\b"
#: Of a negative, what denies nothing: `not long after`, `no later than`.
NO_DENIAL: Final = r"\b(?:not|no) (?:long|only|just|less|more|fewer|even|quite|much|later|earlier|sooner|longer|so|too|far|until|till|before|after|yet)\b"
#: Between what is compared: how much more it was, and no order.
COMPARED: Final = r"\b(?:times (?:as|the|what|that|more|longer|higher)|as (?:long|much|many|often|high|low|big|fast) as|(?:more|less|longer|higher|lower|fewer|bigger|faster|slower) than|compared|versus|vs)\b"
#: Behind a connective: a length whose unit was said before, `and after another five`.
LENGTH: Final = (
    r"\s{1,3}(?:(?:another|about|around|roughly|some|nearly|almost|just|a further|further)\s{1,3}){0,2}"
)
#: What did no good until something came was there before it.
USELESS: Final = r"\b(?:help\w{0,3}|work\w{0,3}|make (?:a|any) difference|made no difference|chang\w{1,3} (?:nothing|anything)|fix\w{0,3}|matter\w{0,3}|enough|suffic\w{1,3})\b"
#: What waits until something comes after it.
WAITS: Final = r"\b(?:wait\w{0,3}|held (?:off|back)|hold(?:s|ing)? (?:off|back)|delay\w{0,3}|postpon\w{1,3}|deferr?\w{0,3}|took)\b"
#: Words before a connective that leave it at the beginning of its clause.
LEADING: Final = (
    r"(?:only|just|right|shortly|soon|immediately|directly|long|even|well|some|about|around|roughly|nearly|almost|less|more|than|over|under"
    r"|it|was|wasn['’]t|not|is|that|what|which|a|an|the|few|couple|of|and|but|so|yet|later|then|moments?|half|hours?|minutes?|mins?|seconds?|secs?|[smh]|days?|at|within|exactly|approximately|utc|[\d:.,]+|(?:\d+[dhms]){1,3}|[a-z]+-?(?:one|two|three|four|five|six|seven|eight|nine|ten|teen|ty)"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
)
#: What people call a fact of a kind, in the beginnings of words.
CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    "alert.firing": ("fire", "firi", "alert", "alarm", "went off", "trigger", "rang", "detect"),
    "alert.resolved": ("stop", "resolv", "resolut", "clear", "end of", "recover", "ended", "quiet", "normal", "over"),
    "alert.pending": ("pending",), "alert.acknowledged": ("ack",), "alert.unacknowledged": ("unack",),
    "alert.escalated": ("escalat",), "alert.reassigned": ("reassign", "handed"), "alert.no_data": ("no data", "without data"), "alert.data_returned": ("data",),
    "alert.notified": ("page", "paging", "notif", "pager"),
    "deploy.finished": ("deploy", "rollout", "rolled out", "releas", "ship"), "deploy.started": ("deploy", "rollout", "start"),
    "deploy.waiting": ("deploy", "wait", "approv"), "deploy.cancelled": ("deploy", "cancel"), "change.removed": ("remov", "delet"),
    "deploy.failed": ("deploy", "fail"), "deploy.rolled_back": ("roll back", "rollback", "rolled back", "revert"),
    "change.merged": ("merg", "pull request", "pr", "change"), "change.tagged": ("tag",),
    "chat.message": ("messag", "wrote", "post", "said", "ask", "chat"), "chat.deleted": ("delet",), "chat.edited": ("edit",),
    "status.posted": ("status", "post", "announc", "update", "told", "customers"),
    "metric.crossed_above": ("cross", "rose", "exceed", "climb", "satur", "threshold", "above", "condition", "breach"),
    "metric.crossed_below": ("cross", "fell", "drop", "recover", "below", "normal", "condition", "cleared"),
    "metric.absent": ("absent", "stopped having", "vanish", "no samples", "missing", "stale", "no series"), "metric.present": ("samples", "began", "appear"),
    "log.first_seen": ("log", "error", "signature", "first seen"), "log.rate_changed": ("rate", "log"),
    "incident.detected": ("detect",), "incident.mitigated": ("mitigat",), "incident.resolved": ("resolv", "resolut", "over"),
}  # fmt: skip
ORDINALS: Final[Mapping[str, int]] = {
    "first": 0, "initial": 0, "earliest": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5,
    "last": -1, "final": -1, "latest": -1,
}  # fmt: skip
#: Of all that a sentence cites.
IN_ORDER: Final = r"\bin (?:that|this|exactly that|exactly this|the following) (?:order|sequence)\b"
#: At the beginning: what follows came before the rest.
ONLY_WHEN: Final = r"[\s*_]*(?:it was )?(?:only (?:when|once|after)|not (?:until|before))\s"
#: Behind `when X`: it came after X, or before.
UNTIL_NOT: Final = r"[\s*_]*(?:until|till)\s"
#: Beside `until`: it was so before, and its end is after.
KEPT: Final = r"\b(?:kept|keeps|went on|continued|remained|stayed|still|persisted|lasted)\b"
NOT_YET: Final = r"\b(?:not (?:\w+ ){0,3}yet|had yet to|has yet to|was yet to|were yet to|still (?:not|had not|was not|wasn['’]t|hadn['’]t|to come)|no(?:t|body) .{1,30} yet)\b"
LONG_SINCE: Final = r"\b(?:had|was|were) (?:long|already|by then)\b"
#: At the end, behind the second: it came after the first.
AT_END: Final = r"(?:(?:then |soon )?followed(?: suit)?|afterwards|only afterwards|later(?: on)?|after that|subsequently|thereafter|(?:seconds|minutes|hours|shortly|soon) (?:later|afterwards))"
CAME: Final = r"came|fired|was|were|went|happened|went out|went off|is"
