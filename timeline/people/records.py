"""Names in what a source answered: the words of its records, and the members that name somebody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from timeline.people.names import Names

_PIECE = re.compile(r'("[^"\\]*+(?:\\.[^"\\]*+)*+")(\s*:)?|[{}]|(?P<open>".*)', re.DOTALL)
_SIGNS = "[]:, \n\t0123456789.-"
#: Members that hold an account, or an object that is somebody; without `_` and `-`.
_PEOPLE = frozenset({
    "user", "users", "username", "userid", "userprofile", "login", "author", "committer", "tagger", "actor", "actors", "creator",
    "agent", "assignee", "assignees", "assignedto", "owner", "reporter", "reviewer", "reviewers", "sender", "realname",
    "realnamenormalized", "displayname", "displaynamenormalized", "firstname", "lastname", "fullname", "nick", "nickname",
    "email", "mail", "member", "members", "person", "people", "responder", "responders", "operator", "pusher", "by", "who",
    "engineer", "oncall",
})  # fmt: skip
_NO_PEOPLE = frozenset({"groupby", "orderby", "sortby", "standby", "nearby", "partitionby", "limitby"})
#: Members of such an object that tell who it is.
_OWN = frozenset({"name", "summary", "id", "handle", "value", "label", "slug"})


def shown(member: str, value: str, names: Names) -> str:
    """Return the value of a member with pseudonyms; one that names somebody may be a word."""
    people = names.called(value) if _names_people(_plain(member)) else frozenset[str]()
    return names.pseudonym(people) if people else names.replace(value)


def masked(text: str, names: Names) -> str:
    """Return what stands in a payload with pseudonyms; texts of JSON are read, and written as they were."""
    if "\\u" not in text and not names.may_name(text):
        return text
    if not text.lstrip().startswith(("{", "[", '"')):
        return names.replace(text)
    return "".join(_parts(text, names))


def _parts(text: str, names: Names) -> Iterator[str]:
    end, inside, key = 0, [False], ""
    for match in _PIECE.finditer(text):
        start = match.start()
        if match["open"]:  # the text is cut off
            break
        if start > end:
            yield _between(text[end:start], names)
        end, written = match.end(), match[1]
        if written is None:
            inside = [*inside, _names_people(key)] if match[0] == "{" else inside[:-1] or [False]
            key = ""
            yield match[0]
        elif match[2] is not None:
            key = _plain(written[1:-1])
            yield match[0]
        else:
            is_account = _names_people(key) or (inside[-1] and key in _OWN)
            yield _string(written, names, is_account=is_account)
    yield _between(text[end:], names)


def _between(text: str, names: Names) -> str:
    return names.replace(text) if text.strip(_SIGNS) else text


def _plain(member: str) -> str:
    return member.replace("_", "").replace("-", "").lower()


def _names_people(key: str) -> bool:
    return key in _PEOPLE or (key.endswith("by") and len(key) > len("by") and key not in _NO_PEOPLE)


def _string(written: str, names: Names, *, is_account: bool) -> str:
    """Return a string of JSON with pseudonyms; where a member names somebody, also one that is a word."""
    has_escapes = "\\" in written
    if not has_escapes and not names.may_name(written):
        return written
    try:
        value = json.loads(written, strict=False) if has_escapes else written[1:-1]
    except ValueError:
        return names.replace(written)
    people = names.called(value) if is_account else frozenset[str]()
    made = names.pseudonym(people) if people else names.replace(value)
    return written if made == value else json.dumps(made, ensure_ascii="\\u" in written)
