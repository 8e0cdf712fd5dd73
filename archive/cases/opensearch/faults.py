"""What a server refuses and why, as a sentence that says what to do; never who asked, and no credential."""

from __future__ import annotations

import re

import orjson

from archive.database import DatabaseError
from timeline.text import line

_PASSING = frozenset((429, 502, 503, 504))
#: What a role lacks, of a refusal that also names user and roles.
_LACKING = re.compile(r"no permissions for \[([\w:/*, -]{1,200})\]")
#: Blocks of an index, by the number in a refusal: set by hand, while it is moved, by a disk that fills.
_WRITE, _FULL = "/8/", "/12/"
_GOES_ON = "what was not written yet is read again by the next command"


class ServerError(DatabaseError):
    """The archive's server cannot be used; says where, why, and what to do."""


class NotReachedError(Exception):
    """No answer came: no connection, none in time, or none that could be read."""


class TooLargeError(Exception):
    """An answer was larger than one may be: less has to be asked for at once."""


class RefusedError(Exception):
    """The server refused a request, or one document of many."""

    def __init__(self, status: int, body: bytes | dict[str, object]) -> None:
        super().__init__(status)
        self.status = status
        error = body if isinstance(body, dict) else _error(body)
        cause = error.get("root_cause")
        inner = cause[0] if isinstance(cause, list) and cause and isinstance(cause[0], dict) else error
        self.type = str(error.get("type") or inner.get("type") or "")
        self.reason = str(error.get("reason") or inner.get("reason") or "")

    @property
    def is_blocked(self) -> bool:
        """Tell whether the index takes no writes."""
        return self.type == "cluster_block_exception" and "blocked by" in self.reason

    @property
    def passes(self) -> bool:
        """Tell whether trying again may help."""
        return self.status in _PASSING and not (
            self.is_blocked and (_FULL in self.reason or _WRITE in self.reason)
        )


def _error(body: bytes) -> dict[str, object]:
    try:
        told = orjson.loads(body)
    except ValueError:
        return {}
    error = told.get("error") if isinstance(told, dict) else None
    return error if isinstance(error, dict) else {"reason": error} if isinstance(error, str) else {}


def fault(err: NotReachedError | RefusedError, where: str, index: str) -> ServerError:
    """Return what happened at a server, for people."""
    if isinstance(err, NotReachedError):
        return ServerError(
            f"the archive at {where} cannot be reached: {line(str(err))}; check `url` in [archive], and that the server runs; {_GOES_ON}"
        )
    return ServerError(f"the archive at {where}, index {index}: {_refusal(err)}")


def _refusal(err: RefusedError) -> str:
    if err.status == 401:
        return (
            "it refuses the credentials, or wants some (401); name them in timeline.toml, below [archive]: "
            'auth = { basic = "env:NAME" }'
        )
    if err.is_blocked:
        return _blocked(err)
    if err.status == 403:
        lacking = _LACKING.search(err.reason)
        lacks = f": {lacking[1]}" if lacking else ""
        return f"the credentials may not do that (403{lacks}); give their role `indices_all` on the pattern that docs/how-to/archive.md names"
    if err.status == 404:
        return f"it is not there any more; {_GOES_ON}, which makes it anew"
    if err.status == 429:
        return f"it has too much to do (429) and refused each try; {_GOES_ON}"
    if err.status in _PASSING:
        return f"a part of it is not there ({err.status}{_because(err)}); look at the cluster's health; {_GOES_ON}"
    if err.type in {"mapper_parsing_exception", "strict_dynamic_mapping_exception"} or "mapp" in err.type:
        return f"{WRONG_MAPPING} ({err.status}{_because(err)}); {ANOTHER}"
    return f"it answered {err.status}{_because(err)}"


#: Of an index that is not as this version makes it.
WRONG_MAPPING = (
    "its fields are not those that it was made with: something else changed them, or writes there too"
)
ANOTHER = "choose another `index` in [archive], which is filled from the incidents' folders"


def _blocked(err: RefusedError) -> str:
    if _FULL in err.reason:
        return (
            "it is read-only since a disk of the cluster is nearly full; free some, or give it more, then run the command again: "
            f"{_GOES_ON}"
        )
    if _WRITE in err.reason:
        return f"writing to it is blocked: it is being moved to a newer version, or somebody blocked it; try again in a minute; {_GOES_ON}"
    return f"it is blocked ({line(err.reason)}); {_GOES_ON}"


def _because(err: RefusedError) -> str:
    return f": {line(' '.join(filter(None, (err.type, err.reason))))}" if err.type or err.reason else ""
