"""English words that change what a clause says and that no rule reads: where one is left, a reading of it is not whole; data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from timeline.checks.claims.phrases.english_actors import SAYS_THAT

#: What rules read of such words: they leave no doubt.
READ: Final = (
    r"(?:no|not) (?:more|longer|less|fewer|later|earlier|sooner|shorter|greater|higher) than|not quite|not (?:until|before)|(?:just|a little|a bit) (?:short|shy) of|not only|nothing special"
    r"|(?:more|less|longer|shorter|fewer|greater|later|earlier|sooner|higher|lower|bigger) than(?=\s{0,2}$)"
)
#: It leaves something out, or sets something else beside what it says.
ASIDE: Final = (
    r"all but|but for|except(?:ing|ed)?|apart from|aside from|other than|save (?:for|the)|short of|shy of|rather than|instead of|in place of|as opposed to|excluding"
    r"|not counting|not including|leaving (?:out|aside)|barring|whereas|in contrast|by contrast|unlike|let alone|far from|anything but|as if|as though|contrary to"
)
DENIED: Final = (
    r"no|not|none|never|neither|nor|nobody|nothing|no one|without|hardly|scarcely|cannot|\w+n['’]t"
)
#: A few of several: what is said of these is of no pair that is cited.
SOME: Final = r"(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|most|some|many|half|each|any|several|few|none|either|part) of (?:the|these|those|its|our|them|all)"
#: Of an amount: it comes on top of one that is not told.
MORE: Final = r"another|(?:a )?further|additional|extra|on top(?: of)?|beyond"
#: Directly behind an amount: it is what is left, or what there is more.
LEFT: Final = r"\s{0,3}(?:[\w-]{1,20}\s){0,2}?(?:more(?! or less| than)|extra|further|beyond|left(?! with)|to go|to spare|remaining|short of|shy of|too (?:long|late|early|many|few)|longer|shorter)"
#: What a pronoun stands for is in another sentence, or anywhere in this one.
PRONOUN: Final = r"(?:before|after|beyond|past|since|than|ahead of|prior to|behind|from|until|preceding|following) (?:it|this|them|those|these|that|him|her|us)(?=\s{0,3}(?:$|[(\[,;.:)|]|and\b))"
LIKENED: Final = (
    r"as (?:long|short|many|much|few|fast|slow|quick|soon|late|early|high|low|big|small|good|bad|old|young)(?:\s\w+)? as|times (?:as|more|longer|faster)|(?:twice|half|double|triple|thrice) (?:as|the|that)|than (?:twice|half|double)"
    r"|(?:longer|shorter|quicker|faster|slower|less|fewer|bigger|smaller|worse|better) than"
)
#: How things stood at a moment, which is no end of a length.
STATE: Final = r"not yet|n['’]t yet|(?:had|has|have) yet to|still to come|long since"
#: Behind what is denied: only some of it is, by what it is like or of.
ANYTHING: Final = (
    r"\s{0,3}(?:any|some)(?:thing|one|body)? (?!until|till|before|after|between|at|in|on|from|during|since|for|to|else|when|while|by|more|at all|whatsoever|then|there|within|throughout|about|around|and|or|as|either|yet|further|this|that (?:day|night|evening|morning|afternoon|week))[a-z]{3,20}"
    r"|\s{0,3}(?:anything|something|anyone|anybody|any) (?:that(?! (?:day|night|evening|morning|afternoon|week)\b)|which|who|whose|of (?:note|use|value|substance|interest|importance))"
    r"|\s{0,3}(?:of (?:note|use|value|substance|interest|importance|relevance)|that (?:mattered|counts?|counted|helped|we|anybody|anyone|would|could|was|had|told|said)|worth|to speak of|to our knowledge|as far as we|which|who|whose)"
)
#: Behind an amount: from when, or until when it is, is said.
TO_EDGE: Final = (
    r"(?:after|before|until|till|to|from|for|since)(?! (?:it|this|them|those|these|that|him|her|us)\b)"
)


class Unread(NamedTuple):
    """Words that a rule does not read: anywhere in the clause of a value, before it, directly behind it.

    `more` are words before it that make it an addition, unless `TO_EDGE` stands behind it; `sentence`: anywhere; `marked`: the words
    of the finding themselves; behind `until` it is of something else that is spoken.
    """

    around: str
    before: str = ""
    behind: str = ""
    more: str = ""
    sentence: str = ""
    marked: str = ""
    until: str = ""


#: By rule. What is in no table is read whole.
UNREAD: Final[Mapping[str, Unread]] = {
    "claim-duration": Unread(rf"{ASIDE}|{LIKENED}|{PRONOUN}|{STATE}", rf"{DENIED}|{SOME}", LEFT, more=MORE),
    "claim-number": Unread(rf"{ASIDE}|{LIKENED}", rf"{DENIED}|{MORE}", LEFT),
    "claim-time": Unread(ASIDE, r"than|originally|instead", sentence=r"not (?:at|on|in|by|around|about)"),
    "claim-order": Unread(ASIDE, r"\d[:.]\d\d(?: [A-Z]{2,4})?, which (?:is|was|means)\b[^,;]*"),
    "claim-absence": Unread(ASIDE, behind=ANYTHING, marked=r"nothing (?:had |has )?changed"),
    "claim-actor": Unread(
        rf"{ASIDE}|on behalf of|at the (?:request|behest) of|in (?:his|her|their) name|(?:together|along) with|jointly|with the help of|helped by|quoting|in the name of",
        until=SAYS_THAT,
    ),
}
#: Before a message that is cited: it is its being written that is spoken of, and not what it tells.
SAYING: Final = (
    r"said|says|saying|wr[io]t\w{1,4}|post\w{0,3}|ask\w{0,3}|told|tell\w{0,3}|announc\w{1,6}|report\w{0,3}|messag\w{1,4}|chat|words?|confirm\w{0,3}|not(?:ed|ice[ds]?|icing)|comment\w{0,3}|status|page|public\w{0,3}"
    r"|declar\w{1,5}|propos\w{1,4}|suggest\w{0,4}|decid\w{1,4}|decision|plan\w{0,4}|update[ds]?|call\w{0,3}|mention\w{0,3}|warn\w{0,4}|learn\w{0,3}|knew|known|find\w{0,4}|found|spot\w{0,4}|remark\w{0,3}|repl\w{1,4}|answer\w{0,3}"
    r"|question|complain\w{0,4}|complaint|idea|diagnos\w{1,4}|suspect\w{0,3}|suspicion|guess\w{0,3}|admit\w{0,4}|order\w{0,3}|thread|channel|customers|users|acknowledg\w{0,6}|alarm|stated|statement|apolog\w{1,5}|heard|hear|pointed|identif\w{1,4}|saw|seen|cause"
)
#: In a message: it tells of another time than its own.
ELSEWHEN: Final = r"ago|yesterday|tomorrow|tonight|will|going to|gonna|earlier|later|last night|this morning|has been|have been|since|until|soon|next|had"
#: Words of six letters and more that name nothing.
COMMON: Final = frozenset(
    ["before", "during", "between", "because", "another", "should", "through", "without", "already", "against", "afterwards", "around",
     "behind", "beyond", "either", "neither", "though", "although", "unless", "happened", "things", "something"]
)  # fmt: skip
