"""Numbers that a checksum proves: accounts, cards, devices, and those that states give to people."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module

from collectors.kit.redaction.assigned import Hit
from collectors.kit.redaction.patterns import Pattern, compiled
from collectors.kit.redaction.personal.edges import goes_on, is_behind

_IBAN = compiled(rb"(?i)[a-z]{2}[0-9]{2}(?:[ -]?[a-z0-9]){11,30}")
_SHORTEST_IBAN = 15
_CARD = compiled(rb"[0-9]{12,19}|[0-9]{4}(?:[ -][0-9]{4}){3}|[0-9]{4}[ -][0-9]{6}[ -][0-9]{4,5}")
#: Card networks: first digits, and how long the number is.
_NETWORKS = compiled(
    rb"^(?:4[0-9]{15}|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}|3[47][0-9]{13}"
    rb"|6(?:011|5[0-9]{2}|4[4-9][0-9])[0-9]{12}|35(?:2[89]|[3-8][0-9])[0-9]{12}|3(?:0[0-5]|[68][0-9])[0-9]{11}|62[0-9]{14})$"
)
#: A long number that stands behind one of these is somebody else's count.
_COUNTS = compiled(
    rb"(?i)(?:\b(?:[a-z_]*_)?(?:id|ids|order|offset|seq|sequence|ts|time|timestamp|trace|span|request|req|session|ticket|invoice|tracking|shipment|build|job|run|pid|lsn|xid|txn?|nonce|hash|ref|count|total|bytes|size|snowflake|serial|sku|ean|nanos|micros|millis)"
    rb"|[a-z](?:Id|ID|Offset|Seq|Timestamp))(?:[ _-]?(?:no|nr|number|id))?[\"']?\s*[#:=\[(]*\s*[\"'#]?$"
)
_CARDS = compiled(rb"(?i)(?:card|\bpan|\bvisa|mastercard|amex|karte)[\w ]{0,16}[\"']?\s*[:=]?\s*[\"']?$")
_BEFORE = b"_.+-"
_BETWEEN = rb"[\"']?(?: (?:number|no\.?|nr\.?|nummer|id))?[\"']?\s*(?:[:=#]|\bis\b|\bfor \w+ is\b|\bof \w+ is\b)?\s*[\"'(#]?"
#: What states call their numbers, the form, and the modules of `stdnum` that know the checksum.
_STATES: tuple[tuple[bytes, bytes, tuple[str, ...]], ...] = (
    (rb"steuer[ _-]?id(?:nr)?|steueridentifikationsnummer|\bidnr|tax[ _-]?id|\btin", rb"[0-9][0-9 ]{9,13}[0-9]", ("de.idnr",)),
    (rb"\bnir|\binsee|s[e\xc3\xa9]+cu(?:rit[e\xc3\xa9]+ sociale)?|num[_ ]?secu", rb"[12][0-9 ]{6}[0-9AB ]{1,3}[0-9 ]{5,12}[0-9]", ("fr.nir",)),
    (rb"\bdni|\bnie|\bnif", rb"[XYZ0-9][0-9]{7}-?[A-Za-z]", ("es.dni", "es.nie")),
    (rb"codice[ _]?fiscale|\bcod\.? ?fisc", rb"[A-Za-z]{6}[0-9A-Za-z]{2}[A-Za-z][0-9A-Za-z]{2}[A-Za-z][0-9A-Za-z]{3}[A-Za-z]", ("it.codicefiscale",)),
    (rb"\bbsn|burgerservicenummer|\bsofi", rb"[0-9][0-9. ]{7,10}[0-9]", ("nl.bsn",)),
    (rb"\bpesel", rb"[0-9]{11}", ("pl.pesel",)),
    (rb"person(?:al)?[ _]?(?:nummer|number|nr|id)|\bpnr", rb"[0-9]{6}(?:[0-9]{2})?[-+ ]?[0-9]{4,5}", ("se.personnummer", "no.fodselsnummer")),
    (rb"\bhetu|henkil\S{1,3}tunnus", rb"[0-9]{6}[-+A-Y][0-9]{3}[0-9A-Z]", ("fi.hetu",)),
    (rb"f\S{1,3}dselsnummer|\bfnr", rb"[0-9]{6} ?[0-9]{5}", ("no.fodselsnummer",)),
    (rb"rijksregister\w*|num[e\xc3\xa9]+ro national|\binsz|\bniss|\brrn", rb"[0-9]{2}[. ]?[0-9]{2}[. ]?[0-9]{2}[- ]?[0-9]{3}[. ]?[0-9]{2}", ("be.nn",)),
    (rb"\bcpf", rb"[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}-?[0-9]{2}", ("br.cpf",)),
    (rb"\bahv|\bavs", rb"756\.?[0-9]{4}\.?[0-9]{4}\.?[0-9]{2}", ("ch.ssn",)),
    (rb"aadhaar|\buidai", rb"[2-9][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}", ("in_.aadhaar",)),
    (rb"\bsin|social insurance", rb"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}", ("ca.sin",)),
    (rb"\btfn|tax file", rb"[0-9]{3} ?[0-9]{3} ?[0-9]{2,3}", ("au.tfn",)),
    (rb"\bnhs", rb"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}", ("gb.nhs",)),
    (rb"\bssn|social[ _]security", rb"[0-9]{3}-[0-9]{2}-[0-9]{4}", ("us.ssn",)),
)  # fmt: skip
_IMEI = compiled(rb"(?i)\bimei[12]?" + _BETWEEN + rb"([0-9]{15}|[0-9]{2}[- ][0-9]{6}[- ][0-9]{6}[- ][0-9])")
_BORN = compiled(
    rb"(?i)(?:birth[ _-]?(?:date|day)|date[ _-]?of[ _-]?birth|\bdob|\bborn(?: on)?|geburts(?:datum|tag)|geb\.|\bd\.o\.b\.?|date[ _]de[ _]naissance)"
    rb"[\"']?\s*(?:[:=]|\bis\b)?\s*[\"']?([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}|[0-9]{1,2}\.? [A-Za-z]{3,9} [0-9]{4}|[A-Za-z]{3,9} [0-9]{1,2},? [0-9]{4})"
)


def ibans(text: bytes) -> Iterator[Hit]:
    """Yield numbers of bank accounts."""
    for match in _IBAN.finditer(text):
        start, raw = match.start(), match[0]
        if is_behind(text, start, _BEFORE):
            continue
        for length in range(len(raw), _SHORTEST_IBAN - 1, -1):
            is_end = (
                raw[length - 1 : length].isalnum() and not text[start + length : start + length + 1].isalnum()
            )
            if is_end and _is_valid("iban", raw[:length]):
                yield Hit(start, start + length, "iban")
                break


def cards(text: bytes) -> Iterator[Hit]:
    """Yield numbers of payment cards: of a network, with Luhn's digit, and not behind the name of a count."""
    for match in _CARD.finditer(text):
        start, end = match.span()
        number = match[0].translate(None, b" -")
        if not (_NETWORKS.match(number) and _is_apart(text, start, end) and _is_valid("luhn", number)):
            continue
        before = text[max(0, start - 48) : start]
        if len(set(number)) > 1 and (_CARDS.search(before) or not _COUNTS.search(before)):
            yield Hit(start, end, "card")


def national_ids(text: bytes) -> Iterator[Hit]:
    """Yield numbers of persons behind their name, where the state's checksum holds (for SSN: its form)."""
    for pattern, modules in _states():
        for match in pattern.finditer(text):
            start, end = match.span(1)
            value = text[start:end]
            if _is_apart(text, start, end) and any(_is_valid(module, value) for module in modules):
                yield Hit(start, end, "national_id")


def imeis(text: bytes) -> Iterator[Hit]:
    """Yield numbers of mobile devices behind their name."""
    for match in _IMEI.finditer(text):
        if _is_valid("imei", match[1]) and _is_apart(text, *match.span(1)):
            yield Hit(match.start(1), match.end(1), "imei")


def birth_dates(text: bytes) -> Iterator[Hit]:
    """Yield dates that something names as somebody's birth."""
    return (Hit(match.start(1), match.end(1), "birth_date") for match in _BORN.finditer(text))


@cache
def _states() -> tuple[tuple[Pattern, tuple[str, ...]], ...]:
    return tuple(
        (compiled(b"(?i)(?:" + name + b")" + _BETWEEN + b"(" + form + b")"), modules)
        for name, form, modules in _STATES
    )


def _is_apart(text: bytes, start: int, end: int) -> bool:
    """Tell whether a number is no part of a longer word, number or path."""
    return not (is_behind(text, start, _BEFORE) or goes_on(text, end, b"_", b"-.+"))


@cache
def _module(name: str) -> object:
    return import_module(f"stdnum.{name}")


def _is_valid(name: str, value: bytes) -> bool:
    module = _module(name)
    return bool(module.is_valid(value.decode("ascii", "replace")))  # type: ignore[attr-defined]  # of every module
