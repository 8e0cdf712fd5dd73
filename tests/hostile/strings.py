"""Strings of ours that want to live: scripts, links, mentions, commands, formulas, sequences, templates, paths.

What runs counts itself in `window.alive`; what is asked for is of `evil.example`.
"""

from __future__ import annotations

from itertools import product

RUN = "window.alive=(window.alive||0)+1"
EVIL = "https://evil.example/x"
_MARKUP = (
    "<script>{run}</script>", "<img src=x onerror={run}>", "<svg onload={run}>", "<svg><script>{run}</script></svg>",
    "<iframe srcdoc='<script>parent.{run}</script>'></iframe>", "<iframe src={evil}></iframe>", "<body onload={run}>",
    "<a href=javascript:{run} autofocus onfocus={run}>a</a>", "<input autofocus onfocus={run}>", "<details open ontoggle={run}>",
    "<video><source onerror={run}></video>", "<style>@import '{evil}';</style>", "<link rel=stylesheet href={evil}>",
    "<meta http-equiv=refresh content='0;url={evil}'>", "<base href={evil}>", "<object data={evil}></object>", "<embed src={evil}>",
    "<form action={evil}><button>x</button></form>", "<math><mtext><img src=x onerror={run}></mtext></math>", "<img src={evil}>",
    "<template><script>{run}</script></template>", "<noscript><img src=x onerror={run}></noscript>", "<xmp><img src={evil}></xmp>",
    "<div style=\"background:url({evil})\">", "<marquee onstart={run}>", "<select autofocus onfocus={run}>", "<audio src={evil} autoplay>",
    "<table background={evil}>", "<a href='{evil}'>a</a>", "<A HREF={evil}>a</A>", "<area href={evil}>", "<button formaction={evil}>",
)  # fmt: skip
_AROUND = (
    "{0}", "\"'>{0}", "</script>{0}", "-->{0}<!--", "</title></style></textarea>{0}", "]]>{0}", "\\u003c{0}", "${{{0}}}",
)  # fmt: skip
_LINKS = (
    "[a]({0})", "![a]({0})", "<{0}>", "{0}", "[a][b]\n\n[b]: {0}", "[![a]({0})]({0})", "[a](<{0}>)", "\n# [a]({0})", "- [ ] [a]({0})",
    "|[a]({0})|\n|---|\n|[b]({0})|", "[a\\]({0})", "`[a]({0})", "$$\\href{{{0}}}{{x}}$$", "```mermaid\nclick a href \"{0}\"\n```",
)  # fmt: skip
_ADDRESSES = (
    EVIL, "javascript:" + RUN, "data:text/html,<script>" + RUN + "</script>", "vbscript:x", "//evil.example/x", "JaVaScRiPt:" + RUN,
    "java\tscript:" + RUN, "\x01javascript:" + RUN, "file:///etc/passwd", "https://a@evil.example", "http://evil.example:80/%2e%2e",
)  # fmt: skip
_OTHER = (
    # terminals: ANSI, C1, links, titles, answers
    "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b]8;;https://evil.example/x\x1b\\link\x1b]8;;\x1b\\", "\x1b[2J\x1b[H", "\x1b[6n",
    "\x1bP1$r\x1b\\", "\x1b]52;c;ZXZpbA==\x07", "\x9b31mC1", "\x9d0;title\x9c", "\x90q\x9c", "\x85next", "\x07\x08\x08\x0c\x0b", "a\rb",
    "\x1b_app\x1b\\", "\x1b^pm\x1b\\", "\x1b[?1049h", "\x1bc", "\x00null\x00",
    # direction and what is not seen
    "\u202egnp.exe", "\u202a\u202b\u202c\u202d", "\u2066\u2067\u2068\u2069", "\u200e\u200f\u061c", "\u200b\u200c\u200d\u2060\ufeff", "\u00ad",
    "\u180e", "\U000e0041\U000e0042", "\ufff9\ufffa\ufffb", "a\u0300\u0301\u0302" * 40, "\u2028\u2029", "\ue000slack:T1:U1\ue001", "\ue000",
    "\ud800", "\udfff\ud800", "\ufffe\uffff", "👩‍👩‍👧‍👦" * 20, "ﷺ" * 40, "İıſK", "ß" * 3, "ａｂｃ＝１＋１",
    # spreadsheets
    "=1+1", "=HYPERLINK(\"https://evil.example/x\")", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "|calc", "%0A=1",
    "＝1+1", "=cmd|' /C calc'!A0", "\"=1+1\"", "a,=1+1", "a;=1+1", "'=1+1", "\x00=1+1", "\u200b=1+1", "\ufeff=1+1", "\u00a0=1+1", "\x1b[0m=1+1",
    # forges and jobs
    "::set-output name=a::b", "\n::error::x", "##[set-env name=PATH]x", "##vso[task.setvariable variable=a]b", "a<<EOF\nb\nEOF",
    "outcome=clean\nerrors=0", "ghadelimiter_x", "\n/merge", "/close\n/approve", "@everyone @acme/ops", "<@U1> <!channel>", "#1 GH-1 !1 %1 ~a &1",
    "a/b#1", "4f2a9c1d0e8b7a6f5e4d3c2b1a09f8e7d6c5b4a3", ":rocket:", "closes #1", "Co-authored-by: a <a@evil.example>", "- [x] done",
    "<!-- timeline:begin facts -->", "<!-- timeline:end facts -->", "<!-- incident-timeline:attach v=1 -->", "\n---\nfront: matter\n---\n",
    "- [x] <!-- sign-off f-0000000000000000 0000000000000000 -->", "f-0000000000000000", "(f-0000000000000000)", "[^1]\n\n[^1]: a", "<details>",
    "%%{init: {}}%%", "```\n```", "~~~\n", "`" * 9, "| a | b |\n|---|---|", "\\", "\\|", "****", "____", "&#60;script&#62;", "&lt;b&gt;", "&amp;",
    # templates and programs
    "{{ 7*7 }}", "{% raw %}", "{# a #}", "{{ ''.__class__.__mro__ }}", "{{ cycler.__init__.__globals__ }}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{0}{1}%s%n",
    "{actor}", "{names.actor}", "[[{service}]]", "$(id)", "`id`", "; id", "| id", "&& id", "--help", "-rf /", "' OR 1=1 --", "\"; DROP TABLE a", "%(a)s",
    "__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "null", "undefined", "NaN", "Infinity", "true", "__import__('os')",
    # paths, names and addresses
    "../../etc/passwd", "..\\..\\x", "/etc/passwd", "C:\\Windows", "\\\\evil.example\\x", "a/../../b", "CON", "NUL.txt", ".", "..", "~root", "-", "a\x00b",
    "%2e%2e%2f", "file:///etc/passwd", "smb://evil.example/x", "mailto:a@evil.example", "tel:1", "www.evil.example", "a@evil.example", "ftp://evil.example/x",
    "http://[::1", "http://evil.example:99999", "https://evil.example/%", "xmpp:a@evil.example", "slack://x", "irc://evil.example",
    # people and times in places where none are meant
    "responder-2", "bot-1", "responder-2 is responder-2", "engineer-1", "nobody", "2026-11-21T10:00:00Z", "12:00", "9999-12-31", "1970-01-01T00:00:00Z", "1e999",
    # length and repetition
    "a" * 20_000, "<" * 2_000, "(" * 2_000, "[" * 2_000, "{" * 2_000, "`" * 2_001, "\n" * 2_000, " " * 5_000 + "x", "é" * 5_000, "a\n" * 2_000, "*" * 2_000,
    "@a " * 1_000, "a@b." * 1_000, "eyJ" * 1_500, "\\" * 3_000, "\"" * 3_000, "&" * 3_000, "|" * 3_000, "../" * 1_000, "a." * 2_000, "::" * 2_000, "-----BEGIN " * 300,
)  # fmt: skip


def _all() -> tuple[str, ...]:
    markup = [one.replace("{run}", RUN).replace("{evil}", EVIL) for one in _MARKUP]
    wrapped = [
        around.format(one)
        for number, one in enumerate(markup)
        for around in (_AROUND[0], _AROUND[1 + number % 7])
    ]
    links = [
        form.format(address)
        for number, (form, address) in enumerate(product(_LINKS, _ADDRESSES))
        if number % 2 == 0
    ]
    return tuple(dict.fromkeys([*wrapped, *links, *_OTHER]))


STRINGS = _all()
