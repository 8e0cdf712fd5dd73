import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { load } from './load.mjs';

const { spansOf } = await load('data/lives.js');
const { rowMarks, doubtBars, gapBars, symbolOf } = await load('ui/marks.js');
const { niceTicks, uncovered } = await load('chart/figure.js');
const { pieces } = await load('chart/traces.js');
const { bins } = await load('chart/overview.js');
const { amount, duration, durationRange, shortRange } = await load('data/words.js');
const durations = JSON.parse(await readFile(new URL('../timeline/durations.json', import.meta.url), 'utf-8'));

const lives = JSON.parse(await readFile(new URL('../timeline/alerts/lives.json', import.meta.url), 'utf-8'));

const item = (kind, from, to, index = 0) => ({ id: `f-${kind}-${index}`, kind, index, from, to, seen: to, lane: 'alerts', group: -1, sources: ['prod'] });
const view = { from: 0, to: 1000, width: 1000 };

for (const { case: name, facts, gaps = [], spans } of lives) {
  test(`a life as the draft draws it: ${name}`, () => {
    const life = facts.map(([kind, from, to], index) => item(kind, from ?? -Infinity, to, index));
    const held = gaps.map(([source, reason, from, to]) => ({ gap: { source, reason }, from, to }));
    assert.deepEqual(spansOf(life, 1000, undefined, Infinity, held).map(({ state, from, to, open }) => [state, from, to, open]), spans);
  });
}

test('what was so before the window, and what nothing ended', () => {
  const [span] = spansOf([item('alert.firing', -Infinity, 0)], 1000);
  assert.deepEqual([span.from, span.to, span.before, span.open], [0, 1000, true, true]);
});

test('marks on the same pixels become one that loses nothing', () => {
  const items = Array.from({ length: 10_000 }, (_, index) => item('chat.message', index / 10, index / 10, index));
  const marks = rowMarks(items, view, 0, 'chat');
  assert.ok(marks.length <= 200);
  assert.equal(marks.reduce((sum, mark) => sum + mark.items.length, 0), 10_000);
  assert.equal(rowMarks(items, { from: 0, to: 1, width: 1000 }, 0, 'chat').length, 11);
});

test('a fact is a bar from two pixels of doubt on, as wide as its bounds', () => {
  const row = { items: [item('chat.message', 100, 160), item('chat.message', 300, 301)], y: 5 };
  assert.deepEqual(doubtBars(row, view, 'chat', 10).map(({ x, length }) => [x, length]), [[100, 60]]);
});

test('a gap is cut to the view and never too thin to see; the line of quiet stops there', () => {
  const gaps = [{ gap: { id: 'g', source: 's' }, from: -50, to: 100 }, { gap: { id: 'h', source: 's' }, from: 500, to: 500.1 }];
  assert.deepEqual(gapBars(gaps, view, 0, 10).map(({ x, length }) => [x, length]), [[0, 100], [500, 2]]);
  assert.deepEqual(uncovered({ x: 0, length: 1000 }, gaps, view).map(({ x, length }) => [x, Math.round(length)]), [[100, 400], [500.1, 500]]);
});

test('holes break a band', () => {
  assert.deepEqual(pieces([1, 2, null, 3, null, null, 4]), [[0, 2], [3, 4], [6, 7]]);
});

test('the overview counts every fact once', () => {
  const items = Array.from({ length: 500 }, (_, index) => item('chat.message', index * 2, index * 2 + 5));
  assert.equal(bins(items, { from: 0, to: 1010, width: 800 }).reduce((sum, [count]) => sum + count, 0), 500);
});

test('values and durations for reading', () => {
  assert.deepEqual(niceTicks([0, 0.97]), [0, 0.5]);
  assert.deepEqual([amount(0.5312, 's'), amount(12_345), amount('+Inf', 's'), amount(0)], ['0.5312 s', '12.35 k', '+Inf s', '0']);
});

test('a range of durations is shown as the draft shows it, rounded outward', () => {
  for (const { low, high, text } of durations) assert.equal(durationRange(low, high).replaceAll('−', '-').replaceAll('–', '-'), text);
  assert.deepEqual([duration(3661, true), duration(3660.5, false), duration(-17, true)], ['1h01m01s', '1h01m', '−17s']);
});

test('marks of different shapes at one time do not cover each other', () => {
  const marks = rowMarks([item('deploy.finished', 500, 500, 1), item('deploy.rolled_back', 500, 500, 2), item('deploy.finished', 800, 800, 3)], view, 50, 'changes');
  assert.deepEqual(marks.map((mark) => mark.y), [50, 55, 50]);
  const chat = rowMarks([item('chat.message', 100, 100, 1), item('chat.message', 107, 107, 2)], view, 50, 'chat');
  assert.deepEqual(chat.map((mark) => mark.y), [50, 50]);
});

test('hatching is cut to its bar, whatever the zoom', async () => {
  const { hatchTraces } = await load('chart/traces.js');
  const bar = (look, x, length, y, thick) => ({ ref: '', x, length, y, thick, look, lane: 'alerts' });
  const bars = [bar('gap', 100, 900, 40, 12), bar('silenced', 10, 3, 80, 14), bar('flap', 500, 40, 120, 8), bar('no_data', 0, 1000, 160, 14)];
  for (const view of [{ from: 0, to: 1000, width: 500 }, { from: 90, to: 95, width: 800 }]) {
    const traces = hatchTraces(bars.map((one) => ({ ...one, x: Math.max(one.x, view.from), length: Math.min(one.x + one.length, view.to) - Math.max(one.x, view.from) })), view, { alerts: '#d55e00', gap: '#68717e', muted: '#59626f' });
    assert.deepEqual(traces.map((trace) => trace.name), ['hatching of gap', 'hatching of silenced', 'hatching of flap', 'hatching of no_data']);
    traces.forEach(({ x, y }, index) => {
      assert.equal(x.length, y.length);
      x.forEach((at, n) => {
        if (at === null) return assert.equal(y[n], null);
        assert.ok(at >= bars[index].x - 1e-6 && at <= bars[index].x + bars[index].length + 1e-6);
        assert.ok(Math.abs(y[n] - bars[index].y) <= bars[index].thick / 2 + 1e-6);
      });
    });
  }
  const [gap] = hatchTraces(bars, { from: 0, to: 1000, width: 500 }, { alerts: '#d55e00', gap: '#68717e', muted: '#59626f' });
  assert.ok([57, 58].includes((gap.x.length - 1) / 2));
  // Bars that lie on each other are hatched once, in one stroke.
  const many = Array.from({ length: 300 }, (_, n) => bar('flap', n, 500, 40, 12));
  const flap = hatchTraces(many, { from: 0, to: 1000, width: 500 }, { alerts: '#d55e00', muted: '#59626f' })[2];
  assert.deepEqual([flap.x.filter((at) => at === null).length, flap.x.length < 150], [1, true]);
});

test('what matches is marked by where its value went, what crosses by its kind', () => {
  assert.equal(symbolOf('metric.matched', 'down'), 'triangle-down'); // up == 0: a target that went away
  assert.equal(symbolOf('metric.unmatched', 'up'), 'triangle-up');
  assert.equal(symbolOf('metric.crossed_above'), 'triangle-up');
  assert.equal(symbolOf('metric.crossed_below', ''), 'triangle-down');
  assert.ok(!symbolOf('metric.matched').startsWith('triangle'));
});

test('a number is shown on its side of what it is compared with', () => {
  assert.equal(amount(99.9951, '%', [99.995]), '99.9951 %');
  assert.equal(amount(99.995, '', [99.995]), '99.995');
  assert.equal(amount(99.9951, '', [50, 'NaN']), '100');
  assert.equal(amount('NaN', 's', [1]), 'NaN s');
});

test('a range of durations has a short form, as a narrow tile shows it', () => {
  assert.deepEqual([[105, 135], [1995, 2025], [45, 65], [60, 60], [3600, 4200]].map(([low, high]) => shortRange(low, high)), ['1m45–2m15s', '33m15–45s', '45s–1m05s', '1m', '1h–1h10m']);
});
