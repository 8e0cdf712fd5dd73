"""Words that state a cause, a judgement, a counterfactual or somebody's error, and what to write instead."""

from __future__ import annotations

import re
from typing import NamedTuple


class Phrase(NamedTuple):
    """A pattern, whose group `shown` is what to show of a match, and what to write instead of it."""

    pattern: re.Pattern[str]
    instead: str


def _phrase(pattern: str, instead: str) -> Phrase:
    return Phrase(re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), instead)


#: What a word of blame is said of where it is none: error budgets, fault tolerance.
_OF_MACHINES = (
    r"(?![- ](?:rates?|messages?|pages?|codes?|budgets?|logs?|handling|handlers?|toleran\w+|domains?|injection|tracking|reports?"
    r"|responses?|count(?:er)?s?)\b)"
)
#: What only machines fail to do; `operator` is also a program in Kubernetes.
_MACHINES_FAIL = (
    r"(?! (?:start|boot|connect|respond|load|mount|schedule|come|reconcile|sync|renew|pull|join|register|terminate|drain"
    r"|resolve|reach|become|launch|initiali[sz]e|bind|authenticate|serve|service|deliver|be)\b)"
)
#: Evaluation, loading and the like may be lazy.
_LAZY = r"lazy(?![- _](?:\w{1,30}ly )?(?:load|init|eval|import|creat|connect|bind|fetch|mount|compil|alloc|seq|val|delet|propert|instantiat)\w*)"

#: What no fact and no generated region says.
JUDGING = re.compile(
    r"\b(?:because|caus(?:e[ds]?|ing)|due to|led to|leads to|leading to|result(?:ed|s|ing) (?:in|from)|as a result"
    r"|thanks to|owing to|root[- ]cause|therefore|consequently|triggered by|brought down"
    r"|should(?:n['’]t| not)? have|ought to have|fail(?:ed|s|ing)? to (?:notice|see|follow|check|test|communicate)"
    r"|unfortunately|luckily|obviously|clearly|careless\w*|negligen\w+|human error|mistake\w*|blam(?:e[ds]?|ing)"
    r"|too (?:late|slow(?:ly)?))\b",
    re.IGNORECASE,
)

_PEOPLE = (
    r"(?:we|they|he|she|i|you|nobody|no one|someone|somebody|everyone|(?:the |our |an? )?(?:[\w-]{1,30} )?"
    r"(?:team|teams|engineer|engineers|operator|operators|developer|developers|responder|responders|on-?call"
    r"|person|people|author|reviewer|reviewers|admin|admins|sre|sres|staff|employee|colleague|commander))"
)
# A past participle: "should have clear rules" is a wish for the future and no counterfactual.
_DONE = (
    r"(?:\w{1,30}ly )?(?:been|be|\w{2,30}ed|done|gone|known|seen|taken|made|caught|given|told|run|written|found|kept|left"
    r"|begun|had|put|set|read|got|gotten|thought|held|paid|sent|built|understood|brought|chosen|spoken|shut)"
)
_PERSONS = _PEOPLE.replace("|they|", "|", 1)  # pods are they, too
#: What machines do, or things are in: where it should have been so, nobody is told what to have done.
_OF_THINGS = (
    r"(?:\w{1,30}ly )?(?:happened|occurred|expired|fallen|failed|restarted|recovered|triggered|prevented|sent|alerted|fired|paged|woken"
    r"|showed|shown|worked|returned|timed|scaled|retried|propagated|replicated|synced|loaded|started|crashed|logged|kicked|blocked"
    r"|rejected|throttled|resolved|reconnected|rebalanced|been (?:an?|the|no|vice)\b|been \w{1,30}ing\b|been \w{1,30} automatically"
    r"|been (?:lost|affected|impacted|available|unaffected|visible|safe|fine|possible|enough|sufficient|harmless))\b"
)
_SHOULD = r"(?:(?:should|ought to)(?:n['’]t| not)? (?:also |ideally |really |never )?(?:have|had|of)|should(?:n['’]t)?['’]ve)"
COUNTERFACTUAL = (
    # Of a thing only where people are said to do it: "the disk should have failed over".
    _phrase(
        rf"{_SHOULD} (?!{_OF_THINGS}){_DONE}|{_PERSONS} (?:\w{{1,30}}ly )?(?P<shown>{_SHOULD} {_DONE})",
        "say what was done and what made that reasonable then; what shall change is an action",
    ),
    _phrase(
        rf"{_PEOPLE} (?:had |have |has |also |again )*(?:fail(?:ed|s)? to|neglected to|did(?:n['’]t| not) bother to"
        rf"|did(?:n['’]t| not) think to|forgot to){_MACHINES_FAIL}",
        "say what was done instead, and what was to be seen at that time",
    ),
    _phrase(
        r"(?<!never )(?<!so they )(?<!so that they )(?<!so we )(?<!so that we )(?:could|might) (?:easily |also )?(?:have|had) (?:easily )?(?:been? )?(?:avoided|prevented|detected"
        r"|caught|noticed|fixed|alerted|tested|done|found|(?<!might have )seen|known|mitigated|solved|spotted)",
        "say what was in place and what it did; what would do more is an action",
    ),
    _phrase(
        r"(?<!even )if only(?= (?:we|they|he|she|i|you|it|there|someone|somebody|the|this|that)\b)"
        r"|if (?:we|they|he|she|someone|the \w{1,30}) had(?! (?:a|an|the|no)\b)[^.;]{0,80}\bwould(?:n['’]t| not)? have",
        "say what happened; what another course would have brought is not known",
    ),
)
HUMAN_ERROR = (
    _phrase(
        rf"(?:human|operator|user|pilot|manual|people) errors?{_OF_MACHINES}",
        "say what the person saw, what they did, and what made it look right",
    ),
    _phrase(
        rf"careless(?:ly|ness)?|negligen(?:t|tly|ce)|incompeten(?:t|ce)|reckless(?:ly)?|{_LAZY}|laziness|stupid(?:ly|ity)?"
        r"|lack of (?:care|diligence|discipline|attention)|(?<!nobody )(?<!no one )(?:was|were|is|are) to blame|(?<!not )(?<!without )(?<!nobody was )(?<!no one was )blam(?:ed|ing)",
        "say which conditions made this likely for anyone in that place",
    ),
    _phrase(
        rf"{_PEOPLE}['’]s? (?:own )?(?:fault|mistake|error){_OF_MACHINES}|by mistake|(?:made|making) (?:an? )?(?:\w{{1,30}} )?mistakes?"
        rf"|mistakenly|(?:his|her|their) (?:fault|mistake|error){_OF_MACHINES}",
        "say what was done and what it was meant to do",
    ),
)


class Vague(NamedTuple):
    """How a vague action begins, and the longest it may be to count as vague (words)."""

    pattern: re.Pattern[str]
    words: int


VAGUE = (
    Vague(
        re.compile(
            r"^(?:we (?:should|need to|must|will) )?(?:improve|better|more|enhance|increase|strengthen|review|discuss"
            r"|consider|investigate|look (?:in)?to|think about|explore|be more|raise awareness|communicate|educate|teach"
            r"|train|try to|figure out|revisit|evaluate|optimi[sz]e)\b(?!.*\band (?:fix|add|remove|replace|document|set)\b)",
            re.IGNORECASE,
        ),
        7,
    ),
    Vague(re.compile(r"^(?:monitor|ensure|make sure|clean up|document|test)\b", re.IGNORECASE), 3),
    Vague(
        re.compile(r"\b(?:be (?:more )?careful|raise awareness|pay (?:more )?attention)\b", re.IGNORECASE), 30
    ),
)
