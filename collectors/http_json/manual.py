"""What the page of `http_json` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "The rows of an API's JSON answers, one fact each, of the kind that `map` says; every page of them, by the header `Link`, an address or a token in the answer or in a header, an offset, or a number.",
        "The window, where `window` names its parameters; without them the source gives what it has, and what lies outside is left out as of every source. With `full`, spans of which the answer may be cut are halved.",
    ),
    rights="What the API wants for reading, by reference in `auth`: a bearer token, user and password, headers, parameters, a signature.",
    precision="as the row shows it, or as `map.precision` says where it prints more digits than it knows",
    limits=(
        "What an API leaves out without a word: whether its list holds deleted or older records, and what its times stand for, its own documentation says.",
        "A member of the mapping that no row has is a gap, with the nearest one that there is; `rows` that lead nowhere end the source so.",
        "Rows without a mapped `key` are told apart by all that they hold: those that are wholly equal are one.",
        "An address of the next page on another host is not followed.",
    ),
    example={
        "url": "https://deployer.example",
        "path": "api/v1/deployments",
        "rows": "items",
        "auth": {"bearer": "env:DEPLOYER_TOKEN"},
        "window": {"start": "since", "end": "until"},
        "paging": {"by": "cursor", "member": "next_cursor", "parameter": "cursor"},
        "map": {
            "time": "finished_at", "key": ["id"], "names": {"deploy": "version"},
            "kind": {"field": "state", "values": {"success": "deploy.finished", "failed": "deploy.failed"}},
        },
    },
)  # fmt: skip
