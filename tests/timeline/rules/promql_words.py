"""Expressions made of PromQL's words at random: right ones, wrong ones, and those of other versions and dialects."""

from hypothesis import strategies as st


def _words(words: str, most: int) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(words.split(" ")), min_size=1, max_size=most).map("".join)


NUMBERS = st.builds(
    str.__add__,
    st.sampled_from(["", "-", "+"]),
    _words("0 1 7 8 9 _ . e E x X b o a F p - + m s h d w y 0x 0X_ 1h 30m 5ms 0s Inf NaN 1e 1_0", 6),
)
SPANS = _words("1 5 0 30 h m s ms d w y .5 _ e3 0x1 - + 5m 1h 305y 1e99 NaN step() range() (5m)", 4)
_PIECES = st.sampled_from(
    ["a", "\\", "n", '"', "'", "`", "\n", "\t", r"\x41", r"\xc3\xa9", r"\377", r"\400", r"\u12", r"\u00e9", r"\ud800",
     r"\U0010FFFF", r"\xff", r"\/", r"\d", r"\.", "é", "\u2028", "{", "}", "#", " ", "\r", "\x01", "{2}", "{1001}", "*", "+?", "(?x)", "[a*+]"]
)  # fmt: skip
STRINGS = st.builds(
    lambda quote, pieces: f"{quote}{''.join(pieces)}{quote}",
    st.sampled_from("\"'`"),
    st.lists(_PIECES, max_size=4),
)
WORDS = (
    "x start end step range fill fill_left group_left on by offset bool inf nan Inf NaN sum count and or unless atan2 "
    "info max_of min_of rate without ignoring time pi a:b :a a: _ limitk limit_ratio topk group absent x.y é A AND Sum "
    "OFFSET histogram abs scalar vector keep_metric_names default if ifnot WITH union smoothed anchored holt_winters"
)
NAMES = st.sampled_from(WORDS.split())
_QUOTED = st.sampled_from(['"a"', '"k8s.pod"', "`k8s.pod`", "'a b'", '"a)b"', "a", "by"])
VERSIONED = (
    "rate(x[5m] smoothed) > 1|x smoothed > 1|rate(x[5m] anchored) > 1|x + fill(0) y > 1|x </ 5|x >/ 5 > 1|info(x) > 1"
    '|info(x, {a="b"}) > 1|info(x, y{a="b"}) > 1|info(x, {a=~".*"}) > 1|holt_winters(x[5m], 0.5, 0.5) > 1|limitk(2, x) > 1'
    "|double_exponential_smoothing(x[5m], 0.5, 0.5) > 1|mad_over_time(x[5m]) > 1|first_over_time(x[5m]) > 1"
    '|sort_by_label(x, "a") > 1|histogram_quantiles(x, "q", 0.5) > 1|histogram_avg(x) > 1|x{a="b" or c="d"} > 1'
    "|x @ start() [5m]|x @ -1 > 1|ts_of_max_over_time(x[5m]) > 1|rate(x) > 1|x default 0 > 1|x keep_metric_names > 1"
    "|x offset -5m > 1|x offset (5m + 1m) > 1|x > 5m|x > bool 1|1 > x > 2|x > 1_000|x > 0b11|x > 0o17|x > 0x1p-2"
)
_CHANGED = st.sampled_from(VERSIONED.split("|"))
EXPRESSIONS = st.one_of(
    st.builds("x > {}".format, NUMBERS),
    st.builds("x > {} * {}".format, NUMBERS, NUMBERS),
    st.builds("x{{a{}{}}} > 1".format, st.sampled_from(["=", "!=", "=~", "!~"]), STRINGS),
    st.builds("rate(x[{}]) > 1".format, SPANS),
    st.builds("max_over_time(x[{}:{}]) > 1".format, SPANS, SPANS),
    st.builds("x {} {} > 1".format, st.sampled_from(["offset", "@", "offset -", "@ -"]), SPANS | NUMBERS),
    st.builds("{} > 1".format, NAMES),
    st.builds("{}(x) > 1".format, NAMES),
    st.builds("x + {} > 1".format, NAMES),
    st.builds("x {} y > 1".format, NAMES),
    st.builds('x{{{}="a"}} > 1'.format, NAMES | _QUOTED),
    st.builds("sum by ({}) (x) > 1".format, NAMES | _QUOTED),
    st.builds("x * on ({}) group_left ({}) y > 1 and z > 2".format, _QUOTED, _QUOTED),
    st.builds("{{{}}} > 1".format, _QUOTED),
    _CHANGED,
)
