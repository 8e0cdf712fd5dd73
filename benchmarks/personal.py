"""Count how many made data of persons redaction takes out, by kind, and how much clean text it breaks.

    python -m benchmarks.personal [--seed 7] [--failures tuned|held] [--write]

Each form of each kind is made several times, of parts that are drawn, with the checksum that it must have, and put
into chat, logs, JSON and what encodes them. Half of the forms and of the clean templates, by the hash of their
names, were not looked at while the rules were written. Clean lines count where a byte of them changes.
`--write` makes the tables of docs/reference/redaction.md.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

from benchmarks.secrets import Alarm, Outcome, by, failures, summary, told, wrapped, write  # noqa: E402 - the checkout's root comes first
from benchmarks.secrets_made import WORDS, Secret, filled  # noqa: E402
from collectors.kit.redaction import Redactor  # noqa: E402
from collectors.kit.redaction.personal import KINDS, Personal  # noqa: E402

CLEAN = Path(__file__).parent / "personal_clean.txt"
EACH, CLEAN_EACH = 6, 7
REGIONS = ("DE", "US", "GB")
FIRST = ("ada", "grace", "linus", "chidi", "maría", "søren", "wei", "olga", "jean-luc", "priya")
LAST = ("lovelace", "hopper", "okafor", "garcía", "kierkegaard", "zhang", "petrova", "o'neil", "iyer")
HOSTS = (
    "gmail.com",
    "web.de",
    "example.org",
    "acme.co.uk",
    "mail.example.com",
    "outlook.com",
    "müller.de",
    "corp.acme.io",
)
#: What it stands in, by kind and form: `{}` is the value.
FORMS: dict[str, dict[str, tuple[str, str]]] = {
    "email": {
        "plain": ("first.last", "please write to {} about the refund"),
        "plus": ("plus", "sent to {}"),
        "brackets": ("first.last", "From: Ada L. <{}>"),
        "member": ("first.last", '"user_email":"{}"'),
        "logfmt": ("short", "level=warn email={} msg=denied"),
        "query": ("first.last", "GET /reset?email={}&x=1"),
        "mailto": ("short", "mailto:{}?subject=hi"),
        "upper": ("upper", "login of {}, twice"),
        "list": ("first.last", "to: a, {}; cc: nobody"),
        "sql": ("short", "Key (email)=({}) already exists."),
    },
    "phone": {
        "e164": ("+4930{d6}1", "call {} please"),
        "spaced": ("+44 20 7946 0{d3}", "reach me at {}"),
        "us_brackets": ("(415) 55{=5:1}-2{d3}", "my number is {}, thanks"),
        "us_dashes": ("212-736-{=5:1}{d3}", "customer said {} is wrong"),
        "us_plus": ("+1 646-736-{d4}", "phone {}"),
        "mobile": ("+49 151 {=2345:1}{d3} {d4}", "text him: {}"),
        "french": ("+33 6 {d2} {d2} {d2} {d2}", "caller {} hung up"),
        "national": ("030 90{d6}", "Rückruf unter {} bitte"),
        "member": ("+4917{=6789:1}{d8}", '"phone":"{}"'),
        "msisdn": ("49151{=2345:1}{d7}", "msisdn={} state=active"),
    },
    "iban": {
        "spaced": ("iban DE 4", "refund to {} today"),
        "plain": ("iban DE 0", "iban={} rejected"),
        "french": ("iban FR 4", "IBAN: {}, BIC unknown"),
        "british": ("iban GB 0", '"iban":"{}"'),
        "dutch": ("iban NL 4", "his account {} bounced"),
        "spanish": ("iban ES 0", "account {} not found"),
        "lower": ("iban lower 0", "payee {} failed"),
        "swiss": ("iban CH 4", "use {} instead"),
    },
    "card": {
        "visa": ("card 4 16 4", "card {} declined"),
        "visa_plain": ("card 4 16 0", "charge of {} failed"),
        "mastercard": ("card 53 16 4", "he typed {} in the chat"),
        "amex": ("card 37 15 6", "amex {} exp 12/29"),
        "member": ("card 51 16 0", '"card_number":"{}"'),
        "number": ("card 4 16 0", '"pan": {}, "ok": true'),
        "dashes": ("card 6011 16 -", "number {} again"),
        "new_mastercard": ("card 2221 16 4", "paid with {} twice"),
    },
    "ip": {
        "client": ("ip4", "client={} method=GET"),
        "access": ("ip4", '{} - - [10/Nov/2026:10:15:00 +0000] "GET / HTTP/1.1" 200 1'),
        "forwarded": ("ip4", "X-Forwarded-For: {}, 10.0.0.1"),
        "member": ("ip4", '"remote_addr":"{}"'),
        "port": ("ip4", "accepted from {}:52311"),
        "ssh": ("ip4", "Failed password for root from {} port 22 ssh2"),
        "six": ("ip6", "login from {} denied"),
        "six_member": ("ip6", '"clientIp":"{}"'),
        "six_port": ("ip6", "peer [{}]:443 closed"),
    },
    "national_id": {
        "steuer": ("any de.idnr {=123456789:1}{d10}", "Steuer-ID: {}"),
        "bsn": ("any nl.bsn {d9}", "BSN {} of the caller"),
        "pesel": ("state pl.pesel 84{=0:1}{=1234:1}1{=0123:1}{d4}", "PESEL: {}"),
        "cpf": ("any br.cpf {d3}.{d3}.{d3}-{d2}", "cpf={} blocked"),
        "dni": ("any es.dni {d8}{L1}", "DNI {} no existe"),
        "ssn": ("any us.ssn {=12345:1}{d2}-{=12345:1}{d1}-{d4}", "SSN {} in the ticket"),
        "nhs": ("any gb.nhs {d3} {d3} {d4}", "NHS number {}"),
        "sin": ("any ca.sin {=1234567:1}{d2} {d3} {d3}", '"sin": "{}"'),
        "aadhaar": ("any in_.aadhaar {=23456789:1}{d3} {d4} {d4}", "Aadhaar no. {}"),
        "ahv": ("any ch.ssn 756.{d4}.{d4}.{d2}", "AHV: {}"),
        "hetu": ("any fi.hetu {=012:1}{=123456789:1}0{=123456789:1}84-{d3}{=0123456789ABCDEFHJKLMNPRSTUVWXY:1}", "hetu {}"),
    },
    "imei": {
        "plain": ("any imei 35{d13}", "imei={} seen"),
        "colon": ("any imei 86{d13}", "IMEI: {}"),
        "member": ("any imei 35{d13}", '"imei":"{}"'),
        "spoken": ("any imei 01{d13}", "the IMEI is {}"),
        "number": ("any imei 49{d13}", '"imei": {}, "n": 1'),
        "two": ("any imei 35{d13}", "imei2 {} of the phone"),
    },
    "birth_date": {
        "iso": ("19{=6789:1}{d1}-0{=123456789:1}-1{d1}", "date_of_birth={}"),
        "dob": ("0{=123456789:1}/1{d1}/19{=6789:1}{d1}", "DOB: {}"),
        "german": ("1{d1}.0{=123456789:1}.19{=6789:1}{d1}", "Geburtsdatum {}"),
        "born": ("1{d1} March 19{=6789:1}{d1}", "she was born on {} in Kiel"),
        "member": ("19{=6789:1}{d1}-1{=012:1}-0{=123456789:1}", '"birthDate":"{}"'),
        "birthday": ("April 1{d1}, 19{=6789:1}{d1}", "her birthday is {}"),
        "geb": ("1{d1}.0{=123456789:1}.19{=6789:1}{d1}", "Kunde, geb. {}, ruft an"),
    },
}  # fmt: skip


def made(rng: random.Random) -> Iterator[Secret]:
    """Yield made data of persons: `kind.form`, the text, and what of it must not be seen."""
    for kind, forms in FORMS.items():
        for form, (value, text) in forms.items():
            for _ in range(EACH):
                secret = _value(kind, value, rng)
                yield Secret(f"{kind}.{form}", text.replace("{}", secret), secret)


def _value(kind: str, form: str, rng: random.Random) -> str:
    if kind == "email":
        return _email(form, rng)
    if kind == "phone":
        return _until(lambda: filled(form, rng), _is_phone)
    if form.startswith("iban "):
        _, country, groups = form.split()
        return _iban(country, groups, rng)
    if form.startswith("card "):
        _, prefix, length, groups = form.split()
        return _card(prefix, length, groups, rng)
    if kind == "ip":
        return _ip(form, rng)
    first, _, rest = form.partition(" ")
    if first in {"any", "state"}:
        module, template = rest.split(" ", 1)
        known: Any = import_module(f"stdnum.{module}")
        if first == "state":
            return _until(
                lambda: (one := filled(template, rng)) + known.calc_check_digit(one), known.is_valid
            )
        return _until(lambda: filled(template, rng), known.is_valid)
    return filled(form, rng)


def _until(draw: Callable[[], str], is_valid: Callable[[str], bool]) -> str:
    while not is_valid(one := draw()):
        pass
    return one


def _is_phone(text: str) -> bool:
    import phonenumbers as known

    for region in (None, *REGIONS):
        try:
            if known.is_valid_number(known.parse(text if region or text[0] == "+" else "+" + text, region)):
                return True
        except known.NumberParseException:
            continue
    return False


def _email(form: str, rng: random.Random) -> str:
    first, last, host = rng.choice(FIRST), rng.choice(LAST), rng.choice(HOSTS)
    if form in {"short", "upper"}:
        first, last, host = "ada", "hopper", rng.choice([h for h in HOSTS if h.isascii()])
    local = {
        "first.last": f"{first}.{last}",
        "plus": f"{first}+{rng.choice(WORDS)}",
        "upper": f"{first}{last}{rng.randrange(99)}".upper(),
    }
    return f"{local.get(form, f'{first}{rng.randrange(100)}')}@{host}"


_ACCOUNTS = {
    "DE": "{d18}",
    "FR": "{d10}{U11}{d2}",
    "GB": "{L4}{d14}",
    "NL": "{=ABNINGRA:4}{d10}",
    "ES": "{d20}",
    "CH": "{d5}{U12}",
}


def _iban(country: str, groups: str, rng: random.Random) -> str:
    from stdnum import iban

    country, is_lower = ("DE", True) if country == "lower" else (country, False)

    def draw() -> str:
        account = filled(_ACCOUNTS[country], rng)
        return country + iban.calc_check_digits(f"{country}00{account}") + account

    value = _until(draw, iban.is_valid)
    value = " ".join(value[n : n + 4] for n in range(0, len(value), 4)) if groups == "4" else value
    return value.lower() if is_lower else value


def _card(prefix: str, length: str, groups: str, rng: random.Random) -> str:
    from stdnum import luhn

    body = prefix + filled(f"{{d{int(length) - len(prefix) - 1}}}", rng)
    number = body + luhn.calc_check_digit(body)
    if groups == "6":
        return f"{number[:4]} {number[4:10]} {number[10:]}"
    sign = {"4": " ", "-": "-"}.get(groups)
    return sign.join(number[n : n + 4] for n in range(0, 16, 4)) if sign else number


def _ip(form: str, rng: random.Random) -> str:
    if form == "ip6":
        return f"2a0{rng.randrange(1, 9)}:{rng.randrange(4096, 65535):x}:{rng.randrange(4096, 65535):x}::{rng.randrange(1, 65535):x}"
    return f"{rng.choice((31, 46, 62, 77, 84, 91, 109, 178, 188, 217))}.{rng.randrange(1, 255)}.{rng.randrange(1, 255)}.{rng.randrange(1, 255)}"


def _redactor() -> Redactor:
    return Redactor(Personal(KINDS, REGIONS))


def outcomes(rng: random.Random) -> list[Outcome]:
    """Redact each within one wrap, in turn."""
    return wrapped(made(rng), _redactor())


def alarms(rng: random.Random) -> list[Alarm]:
    """Return template, line and what redaction made of it, for each clean line; without what secrets' rules change."""
    redactor, plain, lines = _redactor(), Redactor(), list[Alarm]()
    for template in CLEAN.read_text("utf-8").splitlines():
        for _ in range(CLEAN_EACH):
            text = filled(template, rng)
            lines.append((template, plain.redact_text(text), redactor.redact_text(text)))
    return lines


def tables(done: Sequence[Outcome], clean: Sequence[Alarm]) -> str:
    """Return the tables of the reference."""
    total = summary(done, clean).replace("secrets out | kinds", "data out | forms")
    return f"{total}\n\n{_kinds(done)}"


def _kinds(done: Sequence[Outcome]) -> str:
    return by(done, lambda one: one.made.kind.partition(".")[0], "kind")


def main() -> None:
    given, rng = told(__doc__)
    done, clean = outcomes(rng), alarms(rng)
    print(summary(done, clean))
    print(_kinds(done))
    if given.failures:
        failures(done, clean, given.failures)
    if given.write:
        write(tables(done, clean), "<!-- figures of persons -->", "<!-- end of persons -->")


if __name__ == "__main__":
    main()
