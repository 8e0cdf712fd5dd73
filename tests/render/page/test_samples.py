"""Samples through the page: what Python packs, the page's own module reads back and draws."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from render.page.samples import EXACT_VALUES, STEP_SHARE, Samples
from timeline.canonical import canonical
from timeline.model import Series

ASSETS = Path(__file__).parents[3] / "render" / "page" / "assets"
START = 1_795_266_000 * 10**9
READ = """
import { readFileSync } from 'node:fs';
import { drawn, readSamples } from './series.js';
const [file, from, to, width, until] = process.argv.slice(2);
const bytes = readFileSync(file);
const all = readSamples(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
const view = { from: Number(from), to: Number(to), width: Number(width) };
const say = (one) => ({ t: [...one.t], hi: [...one.hi].map(String), lo: one.lo && [...one.lo].map(String), step: one.step, drawn: drawn({ ...one, labels: {} }, view, until ? Number(until) : Infinity) });
console.log(JSON.stringify(all.map(say)));
"""


def packed(*lines: tuple[list[list[Any]], list[list[Any]]]) -> bytes:
    """Pack series of (maximum, minimum) rows."""
    held = {str(n): canonical({"h": high, "l": low}) for n, (high, low) in enumerate(lines)}
    samples = Samples(lambda name: held[name], START, len(lines))
    for name in held:
        assert samples.add(Series(labels={}, payload=name, high="/h", low="/l")) is not None
    return samples.dump()


def read(
    node: Path, folder: Path, data: bytes, view: tuple[float, float, int] = (0, 1e9, 1000), until: str = ""
) -> Any:
    """Read packed series back by the page's module; return values as text, and what it would draw."""
    for name in ("series.js",):
        (folder / name).write_text((ASSETS / "data" / name).read_text("utf-8"))
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "read.js").write_text(READ)
    (folder / "samples.bin").write_bytes(data)
    command = [str(node), str(folder / "read.js"), str(folder / "samples.bin"), *map(str, view), until]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def rows(times: Any, values: Any) -> list[list[Any]]:
    return [[START / 1e9 + float(t), str(v)] for t, v in zip(times, values, strict=True)]


def test_values_and_times_come_back_to_the_last_bit(node: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    times = np.cumsum(rng.integers(1, 40_000, 500)) / 1000 - 60
    high = np.concatenate(
        [rng.normal(0, 1e6, 490), [0.0, -0.0, 1e-40, -1e38, np.inf, -np.inf, np.nan, 1.0, -1.0, 3.5]]
    )
    low = high - 1
    (one,) = read(node, tmp_path, packed((rows(times, high), rows(times, low))))
    assert one["t"] == pytest.approx(times.tolist(), abs=1e-6)
    for name, wanted in (("hi", high), ("lo", low)):
        back = np.array([float(v.replace("Infinity", "inf")) for v in one[name]])
        np.testing.assert_array_equal(back.astype("<f4"), wanted.astype("<f4"))


def test_many_values_keep_more_than_their_own_noise_and_every_infinity(node: Path, tmp_path: Path) -> None:
    count = EXACT_VALUES + 1000
    rng = np.random.default_rng(4)
    values = 100 + np.cumsum(rng.normal(0, 0.01, count))
    whole = rng.poisson(14, count).astype(float)
    values[777], values[778], values[779] = np.inf, np.nan, -np.inf
    values[5_000] = 1e7
    noisy, counts, flat = read(
        node, tmp_path, packed(*((rows(range(count), v),) * 2 for v in (values, whole, np.full(count, 0.3))))
    )
    back = np.array([float(v.replace("Infinity", "inf")) for v in noisy["hi"]])
    assert noisy["lo"] is None
    assert back[777] == np.inf
    assert np.isnan(back[778])
    assert back[779] == -np.inf
    finite = np.isfinite(values)
    common = np.median(np.abs(np.diff(values[finite])))
    assert np.max(np.abs(back[finite] - values[finite].astype("<f4"))) <= common / STEP_SHARE
    assert [float(v) for v in counts["hi"]] == whole.tolist()
    assert {float(v) for v in flat["hi"]} == {float(np.float32(0.3))}


def test_no_spike_disappears_at_any_zoom(node: Path, tmp_path: Path) -> None:
    count = 150_000
    values = np.sin(np.arange(count) / 9_000)
    for spot in (3, 77_777, 149_990):
        values[spot] = 40.0 + spot
    values[100_001] = -9.0
    data = packed((rows(range(count), values),) * 2)
    for view in ((0, count, 600), (70_000, 90_000, 333), (77_000, 78_000, 900), (149_000, 150_000, 7)):
        (one,) = read(node, tmp_path, data, view)
        drawn = one["drawn"]
        inside = values[max(int(view[0]) - 1, 0) : int(view[1]) + 1]
        assert drawn["high"] == pytest.approx(inside.max(), rel=1e-6)
        assert max(v for v in drawn["hi"] if v is not None) == drawn["high"]
        assert min(v for v in drawn["hi"] if v is not None) == pytest.approx(inside.min(), rel=1e-6)
        assert len(drawn["t"]) <= max(4 * view[2] + 8, 2 * view[2] + 1002)
    (close,) = read(node, tmp_path, data, (77_770, 77_780, 900))
    assert [t for t in close["drawn"]["t"] if t is not None] == list(range(77_769, 77_781))


def test_holes_break_the_line_odd_values_are_kept_and_nothing_is_drawn_beyond_the_playhead(
    node: Path, tmp_path: Path
) -> None:
    times = [0, 10, 20, 100, 110, 120, 130, 140]
    values = [1, 2, 3, 4, np.inf, np.nan, 5, 6]
    data = packed((rows(times, values),) * 2)
    (one,) = read(node, tmp_path, data)
    assert one["step"] == 10
    assert one["drawn"]["t"] == [0, 10, 20, None, 100, None, 130, 140]
    assert [odd["at"] for odd in one["drawn"]["odd"]] == [110, 120]
    (cut,) = read(node, tmp_path, data, until="105")
    assert [t for t in cut["drawn"]["t"] if t is not None] == [0, 10, 20, 100]
    assert cut["drawn"]["odd"] == []


def test_the_same_samples_give_the_same_bytes_and_no_series_gives_a_head() -> None:
    one = (rows([1, 2, 3], [4, 5, 6]), rows([1, 2, 3], [4, 4, 4]))
    assert packed(one) == packed(one)
    assert Samples(bytes.fromhex, START, 0).dump() == bytes(8)
