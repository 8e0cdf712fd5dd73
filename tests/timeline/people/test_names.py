"""Names in texts: whoever is meant is replaced, and nothing else is altered."""

from __future__ import annotations

import random
import re
import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timeline.model import Person
from timeline.people.names import Names
from timeline.text import mention


def known(*names: str, bot: bool = False, identity: str = "slack:T1:U0ADA001") -> Names:
    """Return the names of one person, whose pseudonym is `responder-1`."""
    return Names([Person(identity=identity, names=names, bot=bot)], {identity: "responder-1"})


def everyone(**people: tuple[str, ...]) -> Names:
    """Return several people, whose pseudonyms are their keywords."""
    persons = [Person(identity=f"chat:{key}", names=names) for key, names in people.items()]
    return Names(persons, {f"chat:{key}": key for key in people})


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("Ada Lovelace", "Ada Lovelace's fix, ada lovelace; ADA LOVELACE!", "X's fix, X; X!"),
        ("Ada Lovelace", "Ada\u00a0Lovelace, Ada  Lovelace, Ada\nLovelace", "X, X, X"),
        ("Ada Lovelace", "Lovelace, Ada: done. Lovelace Ada", "X: done. X"),
        ("Lovelace, Ada", "Ada Lovelace and Lovelace, Ada", "X and X"),
        ("Ada Lovelace", "\uff21\uff44\uff41\u3000\uff2c\uff4f\uff56\uff45\uff4c\uff41\uff43\uff45", "X"),
        ("Ada Lovelace", "@Ada Lovelace, (Ada Lovelace) _Ada Lovelace_ **Ada Lovelace**", "X, (X) _X_ **X**"),
        ("Ada Lovelace", "owner=Ada Lovelace by:Ada Lovelace", "owner=X by:X"),
        ("Ada Lovelace (SRE)", "Ada Lovelace (SRE) and Ada Lovelace", "X and X"),
        ("Dr. Ada Lovelace", "Ada Lovelace", "X"),
        ("Ada Lovelace :palm_tree:", "Ada Lovelace", "X"),
        ("Ada Lovelace", "Ada Lovelaces Patch", "Xs Patch"),
        ("Jean-Luc Picard", "Jean\u2011Luc Picard, Jean Luc  Picard", "X, X"),
        ("Zo\u00eb M\u00fcller", "Zoe\u0308 Mu\u0308ller, Zoe Muller, ZO\u00cb M\u00dcLLER", "X, X, X"),
        ("\u0141ukasz \u017bak", "Lukasz Zak", "X"),
        (
            "Maria del Carmen Garc\u00eda L\u00f3pez de la Cruz",
            "Maria del Carmen Garcia Lopez de la Cruz",
            "X",
        ),
        ("Miles O'Brien", "Miles O\u2019Brien", "X"),
        ("J. R. Tolkien", "J. R. Tolkien, J R Tolkien", "X, X"),
        ("Jan van der Berg", "van der Berg, Jan", "X"),
        ("Bo Li", "Bo Li did", "X did"),
        ("Will Smith", "Will Smith will see, will smith", "X will see, X"),
        ("Max Power", "Max Power saw that max power was exceeded", "X saw that max power was exceeded"),
        ("Иван Петров", "спросим Ивана, Иван Петров знает", "спросим Ивана, X знает"),
        ("王伟", "请王伟重启", "请X重启"),
        ("王伟", "王伟2次重启", "X 2次重启"),
        ("田中", "田中さんが確認。山田中学校の件は別", "Xさんが確認。山田中学校の件は別"),
        ("田中 太郎", "田中太郎と田中\u3000太郎", "XとX"),
        ("佐藤花子", "担当：佐藤花子", "担当：X"),
        ("サトウ・ケン", "サトウケンさん", "Xさん"),
        ("김철수", "김철수가 김철수님께 김철수", "X가 X님께 X"),
        ("สมชาย", "คุณสมชายกำลังแก้", "คุณXกำลังแก้"),
        ("דוד כהן", "\u200fשלום לדוד כהן.", "\u200fשלום לX."),
        ("محمد علي", "ومحمد علي قال", "وX قال"),
        ("Ada Lovelace", "请Ada Lovelace重启", "请X重启"),
    ],
)
def test_a_whole_name_is_replaced(name: str, text: str, shown: str) -> None:
    assert known(name).replace(text) == shown.replace("X", "responder-1")


@pytest.mark.parametrize(
    ("names", "text", "shown"),
    [
        (("will",), "will @will do? @Will: yes, @will.", "will X do? X: yes, X."),
        (("root",), "root cause: @root, /root/x, x@root, foo/@root, @root/x", "root cause: X, /root/x, x@root, foo/@root, @root/x"),
        (("al",), "Al, @al", "Al, X"),
        (("alice.e",), "@alice.e. and alice.e", "X. and alice.e"),
        (("王伟",), "@王伟さん", "Xさん"),
        (("ada@example.org",), "mail Ada@Example.org or <ada@example.org>; not ada@example.org.evil.net", "mail X or X; not ada@example.org.evil.net"),
        (("ada@example.org",), "[mail](mailto:ada@example.org)", "[mail](mailto:X)"),
        (("ada@example.org",), "scp ada@example.org:/tmp", "scp ada@example.org:/tmp"),
        (("ada@example.org", "root"), "root <ada@example.org> wrote", "X wrote"),
        (("root", "root@host"), "abc\nroot\nroot@host\nroot cause", "abc\nX\nX\nroot cause"),
        (("Ada",), "<@U0ADA001> <@U0ADA001|ada> U0ADA001", "X X X"),
        (("ada",), "[~ada] <at>Ada</at>", "X X"),
        (("Ada Lovelace", "ada@x.org"), "Co-authored-by: Ada Lovelace <ada@x.org>", "Co-authored-by: X"),
        (("ada",), "Reviewed-by: ada", "Reviewed-by: X"),
        (("1+ada-l@users.noreply.github.com",), "thanks @ada-l", "thanks X"),
    ],
)  # fmt: skip
def test_a_mention_is_replaced_whatever_the_name(names: tuple[str, ...], text: str, shown: str) -> None:
    assert known(*names).replace(text) == shown.replace("X", "responder-1")


def test_a_mention_of_somebody_unknown_names_nobody() -> None:
    text = "<@U9ZZ|bo> [~accountid:557058:1] Reviewed-by\nReviewed-by: X Y <x@y.org>\nAcked-by: dependabot[bot] <d@y.org>"
    assert known("Ada Lovelace").replace(text) == (
        "someone someone Reviewed-by\nReviewed-by: someone\nAcked-by: dependabot[bot] <d@y.org>"
    )


def test_matrix_ids_and_links_are_mentions() -> None:
    names = known("lee", identity="matrix:@lee:hs.example")
    text = "@lee:hs.example, https://matrix.to/#/@lee:hs.example and https://matrix.to/#/%40lee%3Ahs.example?via=x.org: lee"
    assert names.replace(text) == "responder-1, responder-1 and responder-1: lee"


KEPT = [
    "https://responder-2.com/root/Ada Lovelace?q=will", "`Ada Lovelace`", "``a ` Ada Lovelace``",
    "```\nAda Lovelace\n```", "```\nAda Lovelace", "{{Ada Lovelace}}", "{code}Ada Lovelace{code}",
    "<code>Ada Lovelace</code>", "[x](/u/Ada Lovelace)", "/home/Ada Lovelace/x", "C:\\Ada Lovelace\\x",
    "Ada Lovelace.pdf", "x-Ada Lovelace", "Ada Lovelace-King", "Ada Lovelace-\u00c5berg", "Ada Lovelace_1",
    "#Ada Lovelace", "AdaLovelace", "ada_lovelace", "ada-lovelace", "Ada Lovelace@host",
    "`<@U0ADA001>` `[~ada]` `https://matrix.to/#/@lee:hs.example` `ada@x.org`", "```\nReviewed-by: Ada <ada@x.org>\n```",
    "Grace Ada Lovelacer", "`@root` https://x/@root", "@types/node", "root@db", "will", "Root cause", "max",
]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["Pager Duty", "Checkout Service", "SRE Team", "Release Manager", "システム", "管理员"]
)
def test_an_account_that_is_called_like_a_thing_is_no_person(name: str) -> None:
    assert known(name).written(f"{name} is down") == (f"{name} is down", True)


@pytest.mark.parametrize("text", KEPT)
def test_code_addresses_identifiers_and_words_are_left(text: str) -> None:
    names = everyone(one=("Ada Lovelace", "ada"), two=("root",), three=("Will", "will"), four=("max",))
    assert names.replace(text) == text


@pytest.mark.parametrize(
    ("names", "text", "may"),
    [
        (("Ada Lovelace",), "Ada Lovelace did", False),
        (("Ada Lovelace",), "Ada did", True),
        (("Ada Lovelace",), "ada did", True),
        (("Ada Lovelace",), "`Ada Lovelace` did", True),
        (("Ada Lovelace",), "Adam did", False),
        (("root",), "the root cause", True),
        (("root",), "the cause in /root/x", False),
        (("Will Smith",), "this will do", False),
        (("Will Smith",), "Will did", True),
        (("will",), "@will did", False),
        (("will",), "this will do", True),
        (("田中 太郎",), "田中さん", True),
        (("王",), "国王", False),
        (("Max van Power",), "van", False),
    ],
)
def test_a_name_that_cannot_be_told_from_a_word_may_remain(
    names: tuple[str, ...], text: str, may: bool
) -> None:
    assert known(*names).written(text).may_name is may


def test_bots_are_no_people() -> None:
    text = "GitHub and Deploy Bot were down"
    assert known("Deploy Bot", bot=True).written(text) == (text, False)
    assert known("GitHub", "noreply@github.com", identity="git:noreply@github.com").written(text) == (
        text,
        False,
    )


def test_names_across_each_other_are_neither() -> None:
    names = everyone(one=("Grace Ada",), two=("Ada Lovelace",), three=("Ada Lovelace King",))
    assert names.written("Grace Ada Lovelace") == ("Grace Ada Lovelace", True)
    assert names.replace("Ada Lovelace King, Ada Lovelace") == "three, two"


def test_two_people_of_one_name_are_both_named() -> None:
    assert everyone(one=("Sam Doe",), two=("Sam Doe",)).replace("ask sam doe") == "ask one/two"


def test_a_list_of_names_is_no_path() -> None:
    names = everyone(one=("Ada Lovelace",), two=("Grace Hopper",))
    assert names.replace("on call: Ada Lovelace/Grace Hopper") == "on call: one/two"


def test_a_mark_whose_identity_holds_a_name_is_one_pseudonym() -> None:
    names = known("Lee Majors", identity="matrix:@Lee Majors:x")
    assert names.replace(f"{mention('matrix:@Lee Majors:x')}{mention('x:y')}") == "responder-1 someone"


# --- laws ----------------------------------------------------------------------------------------

_WHOLE = (
    "Ada Lovelace",
    "Jean-Luc Picard",
    "Zo\u00eb M\u00fcller",
    "Will Smith",
    "Bo Li",
    "Иван Петров",
    "דוד כהן",
)
_UNSPACED = ("王伟", "佐藤花子", "สมชาย")
_HANDLES = (
    "root",
    "max",
    "will",
    "al",
    "deploy",
    "checkout",
    "ada",
    "responder-1",
    "error",
    "api",
    "on-call",
)
_PIECES = st.sampled_from(
    [*_WHOLE, *_UNSPACED, *(f"@{h}" for h in _HANDLES), *_HANDLES, "<@U0ADA001>", "[~ada]", "ada@x.org", "the", "Ada", "`", "```",
     "``", "https://x.org/", "/", "-", "_", ".", ":", ",", "\n", " ", "  ", "\u00a0", "'s", "(", ")", "田中", "さん", "2", "a", "王",
     "Reviewed-by: ", "<", ">", mention("chat:0"), "\u200f", "\u0301", "s", "#", "|", '"', "\\", "{code}", "@"]
)  # fmt: skip
_TEXTS = st.one_of(
    st.lists(_PIECES, max_size=14).map("".join),
    st.lists(_PIECES, max_size=14).map(" ".join),
    st.text(max_size=60),
)
_PEOPLE = st.lists(
    st.lists(st.sampled_from([*_WHOLE, *_UNSPACED, *_HANDLES, "ada@x.org", "Ada"]), max_size=3, unique=True),
    max_size=6,
)


def people(drawn: list[list[str]]) -> tuple[list[Person], dict[str, str]]:
    """Return people with these names, and pseudonyms."""
    persons = [Person(identity=f"chat:{n}", names=tuple(names)) for n, names in enumerate(drawn)]
    return persons, {person.identity: f"responder-{n + 1}" for n, person in enumerate(persons)}


@settings(max_examples=300, deadline=None)
@given(_PEOPLE, _TEXTS)
def test_what_was_replaced_is_replaced_once(drawn: list[list[str]], text: str) -> None:
    names = Names(*people(drawn))
    once = names.replace(text)
    assert names.replace(once) == once


@settings(max_examples=100, deadline=None)
@given(_PEOPLE, _TEXTS, st.randoms(use_true_random=False))
def test_the_order_of_people_does_not_matter(
    drawn: list[list[str]], text: str, chance: random.Random
) -> None:
    persons, pseudonyms = people(drawn)
    mixed = list(persons)
    chance.shuffle(mixed)
    assert Names(persons, pseudonyms).written(text) == Names(mixed, pseudonyms).written(text)


@settings(max_examples=200, deadline=None)
@given(_PEOPLE, _TEXTS)
def test_nothing_but_pseudonyms_is_put_in(drawn: list[list[str]], text: str) -> None:
    text = text.replace("responder-1", "it")
    names = Names(*people(drawn))
    named = names.find(text).named
    assert all(one.end <= other.start for one, other in pairwise(named))
    rest = iter("".join(text.split()))
    left = re.sub(r"\s|(?:someone|responder-\d)(?:/(?:someone|responder-\d))*", "", names.replace(text))
    assert all(character in rest for character in left)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(_WHOLE), _TEXTS, _TEXTS, st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_a_whole_name_that_stands_free_is_replaced_in_each_form_of_unicode(
    name: str, before: str, behind: str, form: str
) -> None:  # fmt: skip
    before, behind = (re.sub(r"[`{}<>\\]", "", text) for text in (before, behind))
    text = f"{before}\n\n({unicodedata.normalize(form, name)})\n\n{behind}"  # type: ignore[arg-type]
    assert "\n\n(responder-1)\n\n" in known(name).replace(text)


@settings(max_examples=200, deadline=None)
@given(_PEOPLE, st.sampled_from(["`{}`", "``{} ` ``", "https://x.org/{}", "/srv/{}/x", "a-{}-b", "a_{}_b", "#{}", "{}.example.org"]),
       st.sampled_from([*_WHOLE, *_UNSPACED, *_HANDLES]))  # fmt: skip
def test_no_code_address_or_identifier_is_altered(drawn: list[list[str]], place: str, name: str) -> None:
    text = f"see {place.format(name)} there"
    assert Names(*people(drawn)).replace(text) == text


@settings(max_examples=200, deadline=None)
@given(_PEOPLE, st.lists(st.sampled_from([*_HANDLES, "the", "Cause", "of"]), max_size=12))
def test_no_ordinary_word_is_altered(drawn: list[list[str]], words: list[str]) -> None:
    text = " ".join(words)
    assert Names(*people(drawn)).replace(text) == text


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(_HANDLES), _TEXTS)
def test_every_mention_of_a_known_account_is_replaced(handle: str, other: str) -> None:
    shown = known(handle).replace(f"{re.sub('[`{}<]', '', other)}\n\nask @{handle}, please")
    assert shown.endswith("ask responder-1, please")


@pytest.mark.parametrize(
    "hostile",
    [
        "@", "`", "``` ", "<@U", "a@", "[~", "a.", "Ada ", "Ada Lovelace/", "{code}", f"{'a' * 7}@b.", "王", "x-by: ", "<at>",
        "Reviewed-by: a <", "@ada ", "<ada@x.org>", "Ada <ada@x.org> ", "x-by: a      ", "`@ada` ", "](", "王伟", "Lovelace, ", "-",
    ],
)  # fmt: skip
def test_no_text_takes_more_than_its_length_tells(hostile: str) -> None:
    names = everyone(one=("Ada Lovelace", "ada", "ada@x.org"), two=("王伟",))

    def taken(size: int) -> float:
        text = hostile * (size // len(hostile))
        begun = time.process_time()
        names.written(text)
        return time.process_time() - begun

    taken(1_000)
    # Linear is four times; what is quadratic takes sixteen times as long.
    assert min(taken(40_000) for _ in range(3)) < 10 * max(taken(10_000), 0.005)
