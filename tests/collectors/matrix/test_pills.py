"""Pills: a label is a mention where its pill stands, and a word elsewhere."""

from __future__ import annotations

import pytest

from collectors.matrix.text import said
from timeline.text import PERSON_CLOSE, PERSON_OPEN


def pill(label: str, user: str = "@will:hs.example") -> str:
    return f'<a href="https://matrix.to/#/{user}">{label}</a>'


@pytest.mark.parametrize(
    ("body", "formatted", "shown"),
    [
        ("Will: Will we will?", f"{pill('Will')}: Will we will?", "{will}: Will we will?"),
        ("will Max ask Max", f"will Max ask {pill('Max', '@max:hs.example')}", "will Max ask {max}"),
        ("Will and Will", f"{pill('Will')} and {pill('Will')}", "{will} and {will}"),
        ("<Will> Will", f"&lt;Will&gt; <b>{pill('Will')}</b>", "<Will> {will}"),
        ("@Al, Al", f"{pill('@Al', '@al:hs.example')}, Al", "{al}, Al"),
    ],
)
def test_a_label_is_a_mention_where_its_pill_stands(body: str, formatted: str, shown: str) -> None:
    text = said({"body": body, "formatted_body": formatted, "msgtype": "m.text"}).text
    told = text.replace(f"{PERSON_OPEN}matrix:@", "{").replace(f":hs.example{PERSON_CLOSE}", "}")
    assert told == shown
