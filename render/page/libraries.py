"""Scripts of others that a page may carry: those that their makers published, known by their digests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

#: SHA-256 of a script as published, to what it is.
PLOTLY: Mapping[str, str] = {
    # plotly.min.js of the package `plotly`, which a page carries without a bundle
    "6ceddd4bac82a64f5a2b8814a4d10bb4288379262f1989caee3148e7c3509c72": "plotly.js 3.3.0 (plotly 6.5.0)",
    "e2b0f77ee8156ff9d525852fe4acb7bfe7d85e8a2e1da0523f6d16209b848968": "plotly.js 3.3.1 (plotly 6.5.1, 6.5.2)",
    "28498fa2ea4ba45c8633218088eb223436ca0ca02fc57027fd6fa841ad1901f9": "plotly.js 3.4.0 (plotly 6.6.0)",
    "7c76cd2cff869485cdf9e7db41e73bf1491e994cf7349a7b5267c6c42d6d371b": "plotly.js 3.5.0 (plotly 6.7.0)",
    "41a395c2d558d13d3655a1ebafaa67a072c2c1ac8c269e0ee67e18c9a137ac99": "plotly.js 3.6.0 (plotly 6.8.0)",
    "8ef4c6ab1369f0019611cbcd2d5b8aafef23e5d19ef58c39d4b4249831fe2180": "plotly.js 3.7.0 (plotly 6.9.0)",
    "14461f3b4c91c8bb590a99d6d03c3fd031ca40eec07ebab79a5e3eac107cd7ca": "plotly.js 4.0.0 (plotly 7.0.0)",
    "3b6e15d45dbb7fca5bd2094291e961ddc5472cd887009e6009a56dab668d721f": "plotly.js 4.1.1 (plotly 7.1.0)",
    # the basic bundle, which a wheel carries (tools/bundle)
    "99784e3abfb07b142a15e521a439e6d9addceadb3f79553fd24c72774f0649ba": "plotly.js-basic-dist-min 4.1.1",
}


def is_plotly(script: bytes) -> bool:
    """Tell whether a script is one that Plotly's makers published."""
    return hashlib.sha256(script).hexdigest() in PLOTLY
