import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelOf as model, second } from './facts.mjs';
import { load } from './load.mjs';

const { copiedFact, copiedRange, filterWords, linkTo, rangeFragment } = await load('data/copied.js');
const { homeOf, isHome, switchRange } = await load('data/home.js');
const { peakOf, worstPeak } = await load('data/peaks.js');
const { changesOf, changeMarks, changeForms } = await load('ui/changes.js');
const { emptyState, readFragment, writeFragment } = await load('data/fragment.js');
const { impactAmount, kindText, kindWords, reading, takenWords } = await load('data/words.js');
const { placeLanes, isFolded, refolded } = await load('chart/lanes.js');
const { sampleWords, seriesNames } = await load('chart/crosshair.js');
const { rangeBetween } = await load('data/ranges.js');

const fact = (kind, at, more = {}) => ({
  id: `f-${String(at).padStart(16, '0')}`, kind, category: 'signal', earliest: second(at), latest: second(at), time_means: 't', clock: 'c', subject: { labels: {} },
  statement: 'Alert `Slow` fired', words: 'Slow', related: [], source: 'prod', evidence: [{ source: 'prod' }], variants: 0, ...more,
});
const FILE = { protocol: 'file:', href: 'file:///tmp/x/timeline.html#f-1' };
const WEB = { protocol: 'https:', href: 'https://t.example/incidents/I/timeline.html#f-1' };

test('a fact is copied as text, as Markdown with its reference, as a link that helps others', async () => {
  const made = model([fact('alert.firing', 60), fact('chat.message', 90, { actor: 'responder-2', statement: 'A message', quote: { text: 'on\n  it' } })]);
  await made.rows.read(made.items[0]);
  const row = (item) => ({ ...made.rows.at(item), quote: item.kind === 'chat.message' ? { text: 'on\n  it' } : undefined });
  const copy = (item, form, at = FILE) => copiedFact(item, row(item), made, 'UTC', form, at);
  assert.equal(copy(made.items[0], 'text'), 'I, 13:01:00 UTC: Alert Slow fired');
  assert.equal(copy(made.items[1], 'text'), 'I, 13:01:30 UTC: responder-2: “on it”');
  assert.match(copy(made.items[0], 'Markdown'), /^\[13:01:00 UTC\]\(timeline\.html#f-0{14}60\)<!--\{f-0{14}60:time\}[0-9a-f]{8}--> Alert `Slow` fired$/);
  assert.equal(copy(made.items[0], 'link', WEB), 'https://t.example/incidents/I/timeline.html#f-0000000000000060');
  // Nobody else has a file of this machine: its name and what it says.
  assert.equal(copy(made.items[0], 'link'), 'I: timeline.html#f-0000000000000060 (13:01:00 UTC, Alert Slow fired)');
  assert.equal(linkTo('x', FILE), 'timeline.html#x');
});

test('a range is copied with a line a fact, and says what it leaves out', async () => {
  const made = model(Array.from({ length: 250 }, (_, n) => fact('alert.firing', n * 10)));
  await made.rows.read(made.items[0]);
  const copy = (form, at = FILE) => copiedRange(made.items, [0, 2500], made, 'UTC', form, rangeFragment([0, 2500], '', made.origin), at);
  const lines = copy('text').split('\n');
  assert.deepEqual([lines[0], lines[1], lines.length, lines.at(-1)], ['I Slow, 2026-11-21 13:00:00–13:41:40 UTC', '13:00:00 Alert Slow fired', 202, '… and 50 more']);
  assert.match(copy('Markdown').split('\n')[2], /^- \[13:00:00 UTC\]\(timeline\.html#f-0+\)<!--/);
  assert.match(copy('link', WEB), /^https:\/\/t\.example\/incidents\/I\/timeline\.html#from=2026-11-21T13:00:00Z&to=2026-11-21T13:41:40Z$/);
});

test('a copy says that it is filtered, and its link shows the same', () => {
  const made = model([fact('alert.firing', 10)]);
  const state = { ...emptyState(), q: '14:20..14:30  by:responder-2', lanes: ['chat'], zone: 'Europe/Berlin' };
  assert.equal(filterWords(state), ', filtered: 14:20..14:30 by:responder-2; lane: chat');
  assert.equal(filterWords(emptyState()), '');
  const copy = (form, at = FILE) => copiedRange(made.items, [0, 60], made, 'UTC', form, rangeFragment([0, 60], '', made.origin, state), at, state);
  for (const form of ['text', 'Markdown', 'link']) assert.ok(copy(form).includes('13:00:00–13:01:00 UTC, filtered: 14:20..14:30 by:responder-2; lane: chat'), form);
  const again = readFragment(copy('link', WEB).split('#')[1], (iso) => Date.parse(iso) / 1000 - made.origin);
  assert.deepEqual([again.q, again.lanes, again.zone, again.from, again.to], [state.q, ['chat'], 'Europe/Berlin', 0, 60]);
});

test('a page opens on the incident and a tenth on each side', () => {
  const item = { from: 1200, to: 1200 };
  const home = (incident, more = {}) => homeOf({ incident, ...more }, Date.parse(second(0)) / 1000, 3600, [item]);
  const incident = { start: second(1000), end: second(2000) };
  assert.deepEqual(home(incident), [900, 2100]);
  assert.deepEqual(home({ start: second(1000) }), [740, 3600]); // it lasts
  assert.deepEqual(home({ start: second(-500), end: second(100) }), null); // nothing happened in it
  assert.deepEqual([home({}), home(incident, { drill: true }), home({ start: second(0), end: second(3600) })], [null, null, null]);
  assert.deepEqual([isHome({ from: 900, to: 2100 }, [900, 2100]), isHome({ from: null, to: null }, [900, 2100]), isHome({ from: null, to: null }, null)], [true, false, true]);
});

test('one key shows the whole window, and again the incident; a link keeps which', () => {
  let state = { ...emptyState(), from: 900, to: 2100 };
  const store = { get: () => state, set: (change) => { state = { ...state, ...change }; } };
  switchRange(store, { home: [900, 2100] });
  assert.deepEqual([state.from, state.to], [null, null]);
  const iso = (seconds) => second(seconds);
  assert.equal(writeFragment(state, iso, [900, 2100]), 'view=window');
  assert.ok(readFragment('view=window', () => null).whole);
  switchRange(store, { home: [900, 2100] });
  assert.deepEqual([state.from, state.to, writeFragment(state, iso, [900, 2100])], [900, 2100, '']);
  assert.equal(writeFragment({ ...state, from: 950 }, iso, [900, 2100]), `from=${encodeURIComponent(second(950)).replaceAll('%3A', ':')}&to=${second(2100)}`);
  assert.equal(writeFragment(emptyState(), iso), '');
});

const series = (values, labels = {}) => ({ labels, t: Float64Array.from(values, (_, n) => n * 30), hi: Float32Array.from(values), lo: null, step: 30 });
const panel = (title, values, threshold, op = '>') => ({ id: title, source: 'prod', title, query: 'q', thresholds: [{ name: title, op, value: threshold }], series: [series(values)], shown: 1, of: 1 });

test('a peak is the worst sample of the incident, the lowest where below is worse', () => {
  const high = panel('a', [1, 9, 3, 20], 2);
  // A sample stands for the step before it.
  assert.deepEqual([peakOf(high, 0, 60).value, peakOf(high, 0, 60).since, peakOf(high, 0, 60).at], [9, 0, 30]);
  assert.equal(peakOf(high, 0, 900).value, 20);
  assert.equal(peakOf(panel('b', [1, 0.5, 3], 2, '<'), 0, 900).value, 0.5);
  assert.equal(peakOf(panel('c', [NaN, Infinity], 2), 0, 900), null);
  const made = model([fact('alert.firing', 10)], { incident: { id: 'I', services: [], start: second(0), end: second(60) } });
  made.data.panels = [high, panel('c', [5, 6, 90], 30), panel('d', [1, 50, 1], 0)];
  // The farthest beyond its threshold by the factor, in the incident; of a threshold of zero there is none.
  assert.deepEqual([worstPeak(made).panel.title, worstPeak(made).value], ['a', 9]);
});

test('a series says its last sample, while that is fresh', () => {
  const one = { ...panel('a', [1, 2, 3], 100), unit: 's' };
  const at = (seconds) => sampleWords(one.series[0], seconds, one).words;
  assert.deepEqual([at(0), at(29), at(30), at(61), at(104), at(106), at(-1)], ['1 s', '1 s', '2 s', '3 s', '3 s', 'no sample', 'no sample']);
  const many = { ...one, series: [series([1], { job: 'x', instance: 'a' }), series([2], { job: 'x', instance: 'b' })] };
  assert.deepEqual([seriesNames(many), seriesNames(one)], [['a', 'b'], ['a']]);
});

test('numbers as people say them, never on the wrong side of a threshold', () => {
  assert.deepEqual([reading(0.2601, 'ratio'), reading(4.273, 's'), reading(0.4213, 's'), reading(145.3), reading(9433.11), reading(25, 'percent'), reading(0, 's')], ['26 %', '4.3 s', '0.42 s', '145', '9,433', '25 %', '0 s']);
  assert.deepEqual([reading(0.05006, 'ratio', [0.05]), reading(0.4996, 's', [0.5])], ['5.006 %', '0.4996 s']);
  assert.equal(impactAmount({ value: 508, unit: 'customers', take: 'max' }), '508 customers at most at once');
  assert.deepEqual(['max', 'mean', 'sum'].map(takenWords), [' at most at once', ' on average', '']);
});

test('a kind is called what statements call it, a crossing by which way its condition is met', () => {
  assert.deepEqual(['metric.absent', 'metric.present', 'metric.matched', 'alert.resolved', 'deploy.rolled_back'].map(kindText), ['series went stale', 'series appeared', 'condition met', 'alert stopped firing', 'deploy rolled back']);
  const data = { panels: [panel('above', [1], 2), panel('below', [1], 2, '<')] };
  const words = (kind, id) => kindWords({ kind, panel: id }, { data });
  assert.deepEqual([words('metric.crossed_above', 'above'), words('metric.crossed_below', 'above'), words('metric.crossed_above', ''), words('metric.crossed_below', 'below'), words('metric.crossed_above', 'below')], ['condition met', 'condition cleared', 'condition met', 'condition met', 'condition cleared']);
  assert.equal(words('metric.absent', 'above'), 'series went stale');
});

test('merge, tag and deploy of one change are one mark, at the last of them', () => {
  const made = model([
    fact('change.merged', 10, { category: 'change', change: 1, words: '#7' }), fact('change.tagged', 500, { category: 'change', change: 1, words: 'v1' }), fact('deploy.finished', 501, { category: 'change', change: 1, words: 'v1' }),
    fact('deploy.finished', 900, { category: 'change', words: 'v9' }), fact('change.tagged', 1500, { category: 'change', change: 2, words: 'v2' }), fact('deploy.finished', 1501, { category: 'change', change: 2, words: 'v2' }), fact('deploy.rolled_back', 1501.5, { category: 'change', change: 2, words: 'v1' }),
  ]);
  const changes = changesOf(made.items, null);
  assert.deepEqual(changes.map(({ items, main }) => [items.length, main.kind]), [[3, 'deploy.finished'], [1, 'deploy.finished'], [3, 'deploy.rolled_back']]);
  assert.deepEqual(changes.map((change) => changeForms(change)[0]), ['#7 v1', 'v9', 'v2: v1 rolled back']);
  const marks = changeMarks(made.items, { from: 0, to: 3600, width: 1000 }, 10, null);
  assert.deepEqual(marks.map((mark) => [Math.round(mark.x), mark.items.length, mark.items[0].kind]), [[501, 3, 'deploy.finished'], [900, 1, 'deploy.finished'], [1502, 3, 'deploy.rolled_back']]);
  // A record without a family is what its source calls it, or what its kind is called.
  assert.deepEqual(['pipeline #104 created', ''].map((words) => changeForms(changesOf(model([fact('custom', 10, { category: 'change', words })]).items, null)[0])[0]), ['pipeline #104 created', 'custom']);
  // In a replay what is still ahead is a mark of its own.
  assert.deepEqual(changesOf(made.items, 200).map(({ items }) => items.length), [1, 2, 1, 3]);
});

test('many alerts share a row by service and name', () => {
  const made = model(Array.from({ length: 40 }, (_, n) => fact('alert.firing', n, { id: `f-${n}`, thread: `t${n}`, words: `A${n % 4} · shop`, severity: n % 8 === 1 ? 'middle' : n % 4 === 1 ? 'low' : '' })));
  const [alerts] = placeLanes(made, made.items, emptyState(), 2000, 1).lanes.filter((lane) => lane.id === 'alerts');
  assert.deepEqual(alerts.rows.map((row) => row.label), ['A0 · shop · 10×, 10 at once', 'A1 · shop · 10×, 10 at once', 'A2 · shop · 10×, 10 at once', 'A3 · shop · 10×, 10 at once']);
  assert.deepEqual(alerts.rows.map((row) => row.severity), ['', 'middle', '', '']);
  assert.equal(alerts.rows.reduce((sum, row) => sum + row.spans.length, 0), 40);
  assert.equal(alerts.note, '40 in 4 rows');
});

test('data gaps are one line until somebody opens them', () => {
  const state = emptyState();
  assert.deepEqual(['coverage', 'agreement', 'chat'].map((key) => isFolded(key, state)), [true, true, false]);
  assert.deepEqual([refolded('coverage', state), refolded('chat', state), refolded('coverage', { fold: ['+coverage'] })], [['+coverage'], ['chat'], []]);
  assert.equal(isFolded('coverage', { fold: ['+coverage'] }), false);
});

test('a measure marks from the first bound to the last', () => {
  const made = model([fact('alert.pending', 10, { earliest: second(5) }), fact('alert.firing', 100, { earliest: second(90) })]);
  const [a, b] = made.items.map((item) => item.id);
  assert.deepEqual([rangeBetween(made, a, b), rangeBetween(made, a, 'f-none'), rangeBetween(made)], [[5, 100], null, null]);
});
