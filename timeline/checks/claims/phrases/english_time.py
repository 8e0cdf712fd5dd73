"""English phrases of times, durations and order: alternatives of patterns, and what words count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NUMBERS: Final[Mapping[str, int]] = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
#: What multiplies the number before it.
SCALES: Final[Mapping[str, int]] = {"hundred": 100, "thousand": 1_000}
#: Seconds of a unit, by each of its names.
UNITS: Final[Mapping[str, float]] = (
    dict.fromkeys(("ms", "msec", "msecs", "millisecond", "milliseconds"), 0.001)
    | dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1)
    | dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60)
    | dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3_600)
    | dict.fromkeys(("d", "day", "days"), 86_400)
    | dict.fromkeys(("week", "weeks"), 604_800)
)
#: Words for a number that nobody counted: least and most, of the unit after them.
VAGUE: Final[Mapping[str, tuple[float, float]]] = {
    "a couple of": (1, 4), "a couple": (1, 4), "couple of": (1, 4), "a few": (1, 15), "few": (1, 15),
    "several": (2, 60), "some": (1, 60), "a handful of": (2, 15),
}  # fmt: skip
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

#: Before a value that is rough.
ROUGH: Final = (
    r"(?:about|around|roughly|approximately|approx\.?|circa|ca\.?|some|somewhere around|something like|close to|near"
    r"|more or less|give or take|or so|[~≈])"
)
#: After one.
ROUGHLY: Final = (
    r"(?:or so|or thereabouts|ish|-ish|give or take|or thereabout|more or less|roughly|approximately)"
)

# What a time is to the fact: the longest phrase before it tells.
NO_LATER: Final = r"(?:by|no later than|not later than|at the latest by|at the latest|latest by|before or at)"
NO_EARLIER: Final = (
    r"(?:not before|no earlier than|not earlier than|not until|no sooner than|at the earliest)"
)
EARLIER: Final = r"(?:before|prior to|earlier than|ahead of|sooner than)"
LATER: Final = r"(?:after|later than|past|beyond|following)"
UNTIL: Final = r"(?:until|till|til|up to|up until|through|lasting until|lasting to)"
SOON: Final = (
    r"(?:just|shortly|soon|right|immediately|directly|moments|seconds|a moment|a little|slightly|a bit)"
)

# What a duration is to the range: before it.
AT_MOST: Final = (
    r"(?:within|at (?:the )?(?:very )?most|no more than|not more than|up to|no longer than|not longer than|inside of|a maximum of|max\.?|maximum"
    r"|in at most|<=|≤|in no more than|as much as|in under|inside)"
)
LESS: Final = r"(?:less than|fewer than|under|below|shorter than|<)"
AT_LEAST: Final = r"(?:at (?:the )?(?:very |bare )?least|no less than|not less than|no fewer than|a minimum of|minimum|min\.?|>=|≥|upwards of|as long as)"
MORE: Final = (
    r"(?:more than|over|longer than|above|exceeding|in excess of|well over|greater than|>|well above)"
)
NEARLY: Final = (
    r"(?:nearly|almost|just under|just below|not quite|a little under|slightly under|a little less than"
    r"|slightly less than|just short of|just shy of|a little short of|a little shy of|a bit less than|close to)"
)
#: More than half of it.
MOSTLY: Final = r"(?:(?:the )?(?:better|best|greater|bigger) part of|the (?:bulk|majority) of|most of)"
BARELY: Final = (
    r"(?:just over|a little over|slightly over|a little more than|slightly more than|just above|a bit over|a bit more than"
    r"|barely over|just past)"
)

#: Around what a value is off by, or is short of: no length of its own.
MARGIN: Final = r"\b(?:give or take|plus or minus|less(?! than)|minus|(?<!just )(?<!little )short of|(?<!just )(?<!little )shy of|quarters? of|fractions? of|(?<!better )(?<!best )(?<!greater )(?<!bigger )parts? of)\s{1,3}(?:about|around|at most|up to|maybe|perhaps)?\s{0,3}$"
SHORT: Final = r"\s{1,3}(?:less(?! than)|minus|short of|shy of|plus)\s"
#: Behind a duration: from a time of day, and not from a fact.
OF_CLOCK: Final = (
    r"\s{1,3}(?:before|after|past|to|short of|ahead of)\s{1,3}(?:(?:about|around)\s)?"
    r"(?:\d{1,2}(?:[:h]\d\d|\s?[ap]\.?m\b)|noon\b|midnight\b|\w{1,7}\so['’]clock\b|half past\b|(?:a )?quarter (?:past|to)\b|the hour\b)"
)
#: Behind a duration: how much more it was than another, or from something that a pronoun stands for.
COMPARED: Final = (
    r"\s{1,3}(?:(?:longer|shorter|quicker|faster|slower|more|less)\s(?:than|after)\b|after the (?:fact|event)\b"
    r"|(?:after|before|from|later than|earlier than)\s(?:it|that|this|them|those|these|him|her|us)\b(?=\s{0,3}(?:$|[(\[,;.:)]|and\b)))"
)
#: Zones by how people name them.
CITIES: Final[Mapping[str, str]] = {
    "eastern": "America/New_York", "pacific": "America/Los_Angeles", "central": "America/Chicago",
    "mountain": "America/Denver", "california": "America/Los_Angeles", "san francisco": "America/Los_Angeles",
    "seattle": "America/Los_Angeles", "boston": "America/New_York", "washington": "America/New_York",
    "new york": "America/New_York", "los angeles": "America/Los_Angeles", "sao paulo": "America/Sao_Paulo",
    "são paulo": "America/Sao_Paulo", "buenos aires": "America/Argentina/Buenos_Aires", "india": "Asia/Kolkata",
    "indian": "Asia/Kolkata", "bangalore": "Asia/Kolkata", "bengaluru": "Asia/Kolkata", "mumbai": "Asia/Kolkata",
    "delhi": "Asia/Kolkata", "beijing": "Asia/Shanghai", "china": "Asia/Shanghai", "japan": "Asia/Tokyo",
    "munich": "Europe/Berlin", "hamburg": "Europe/Berlin", "german": "Europe/Berlin", "germany": "Europe/Berlin",
    "central european": "Europe/Paris", "uk": "Europe/London", "british": "Europe/London", "israel": "Asia/Jerusalem",
    "tel aviv": "Asia/Jerusalem", "hong kong": "Asia/Hong_Kong", "ho chi minh": "Asia/Ho_Chi_Minh",
}  # fmt: skip
#: Words in the name of a zone that tell which of a place's clocks is in force.
OF_ZONES: Final = frozenset(["summer", "standard", "daylight"])
AREAS: Final = ("Europe", "America", "Asia", "Africa", "Australia", "Pacific", "Atlantic", "Indian")
#: Abbreviations that several places use, with every offset in minutes that one may mean.
AMBIGUOUS: Final[Mapping[str, tuple[int, ...]]] = {
    "IST": (330, 120, 60), "BST": (60, 360), "CST": (-360, 480), "CDT": (-300, -240), "EST": (-300,), "PST": (-480, 480),
    "MST": (-420, 480), "AST": (-240, 180), "ADT": (-180,), "GST": (240,), "SST": (-660, 480), "AMT": (-240, 240),
    "WST": (780, 480), "ACT": (-300, 570), "ECT": (-300, -240),
}  # fmt: skip
#: Abbreviations of a place's clock, whichever is in force.
CLOCKS: Final[Mapping[str, str]] = {
    "ET": "America/New_York", "PT": "America/Los_Angeles", "CT": "America/Chicago", "MT": "America/Denver",
}  # fmt: skip
