import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelOf as model, second } from './facts.mjs';
import { load } from './load.mjs';

const { placeLanes } = await load('chart/lanes.js');
const { laneOf } = await load('data/lane.js');
const { selectItems, inRange, toggled } = await load('data/select.js');
const { emptyState } = await load('data/fragment.js');
const { linesOf } = await load('table/lines.js');

const fact = (kind, at, more = {}) => ({
  id: `f-${kind}-${at}-${more.source ?? ''}`, kind, category: 'signal', earliest: second(at), latest: second(at), time_means: 't', clock: 'c', subject: { labels: {} },
  statement: 'Alert `Slow` fired', words: 'Slow', related: [], source: 'prod', evidence: [{ source: 'prod' }], variants: 0, ...more,
});
const lanes = (made, items = made.items) => placeLanes(made, items, emptyState(), 2000, 1).lanes;

test('every kind has a lane', () => {
  assert.deepEqual(['alert.firing', 'metric.absent', 'deploy.failed', 'change.flag', 'chat.edited', 'log.first_seen', 'trace.first_error', 'status.posted', 'incident.resolved', 'custom'].map((kind) => laneOf({ kind, category: 'signal' })),
    ['alerts', 'metrics', 'changes', 'changes', 'chat', 'logs', 'logs', 'impact', 'impact', 'other']);
  assert.equal(laneOf({ kind: 'custom', category: 'change' }), 'changes');
});

test('a notification by another source stands in the row of its alert', () => {
  const made = model([fact('alert.firing', 60, { thread: 't' }), fact('alert.notified', 70, { thread: 'other', source: 'pager' }), fact('alert.resolved', 90, { thread: 't' })]);
  const alerts = lanes(made).find((lane) => lane.id === 'alerts');
  assert.equal(alerts.rows.length, 1);
  assert.deepEqual(alerts.rows[0].items.map((item) => item.kind), ['alert.firing', 'alert.notified', 'alert.resolved']);
});

test('many lives share rows and lose nothing', () => {
  const made = model(Array.from({ length: 500 }, (_, n) => fact('alert.firing', n * 7, { id: `f-${n}`, thread: `t${n}`, words: `A${n}` })));
  const alerts = lanes(made).find((lane) => lane.id === 'alerts');
  assert.ok(alerts.rows.length <= 24);
  assert.equal(alerts.rows.reduce((sum, row) => sum + row.items.length, 0), 500);
  assert.equal(alerts.rows.reduce((sum, row) => sum + row.spans.length, 0), 500);
  // It is said how many share, who they are, and how many of them are on at once.
  assert.equal(alerts.note, '500 in 24 rows');
  assert.match(alerts.rows[0].label, /^2[01] alerts · 2[01] at once$/);
  assert.match(alerts.rows[0].hint, /^A0\nA24\n/);
  for (const row of alerts.rows) assert.deepEqual(row.items.map((item) => item.index), row.items.map((item) => item.index).sort((a, b) => a - b));
});

test('a zoom parts alerts that share a row: each has its own, with its name', () => {
  const made = model(Array.from({ length: 100 }, (_, n) => [fact('alert.firing', n * 30, { id: `f-${n}`, thread: `t${n}`, words: `A${n}` }), fact('alert.resolved', n * 30 + 60, { id: `r-${n}`, thread: `t${n}` })]).flat());
  const rows = (change) => placeLanes(made, made.items, { ...emptyState(), ...change }, 2000, 1).lanes.find((lane) => lane.id === 'alerts').rows;
  assert.ok(rows({}).every((row) => / alerts$/.test(row.label)));
  const near = rows({ from: 600, to: 660 });
  assert.deepEqual(near.map((row) => row.label), ['A18', 'A19', 'A20', 'A21', 'A22']);
});

test('a search that finds how an alert began, and not how it ended, does not draw it as firing still', () => {
  const made = model([fact('alert.firing', 60, { thread: 't', ribbon: -1 }), fact('alert.resolved', 90, { thread: 't' }), fact('deploy.started', 100, { thread: 'd' }), fact('deploy.finished', 130, { thread: 'd' })]);
  const spans = lanes(made, [made.items[0], made.items[2]]).flatMap((lane) => lane.rows.flatMap((row) => row.spans));
  assert.deepEqual(spans.map(({ from, to, open }) => [from, to, open]).sort(), [[100, 130, false], [60, 90, false]]);
  assert.deepEqual(lanes(made, [made.items[1]]).find((lane) => lane.id === 'alerts').rows[0].items.map((item) => item.kind), ['alert.resolved']);
});

test('a silence with a life of its own crosses out the alerts that it was of', () => {
  const facts = [
    fact('alert.firing', 60, { thread: 'a', words: 'Slow' }), fact('alert.firing', 61, { id: 'f-other', thread: 'b', words: 'Full' }),
    fact('alert.silenced', 120, { thread: 's', source: 'am', words: 'silence of {team="shop"}' }),
    fact('alert.silenced', 130, { thread: 's', source: 'am' }), fact('alert.unsilenced', 600, { thread: 's', source: 'am' }),
  ];
  const made = model(facts, { silenced: [[0, 2, 4]] });
  const rows = (at) => placeLanes(made, made.items, { ...emptyState(), at }, 2000, 1).lanes.find((lane) => lane.id === 'alerts').rows;
  const spans = (row) => row.spans.filter((span) => span.state !== 'ahead').map((span) => [span.state, span.from, span.to, span.open]);
  assert.deepEqual(rows(null).map((row) => [row.label, spans(row)]), [
    ['Slow', [['firing', 60, 3600, true], ['silenced', 120, 600, false]]], ['Full', [['firing', 61, 3600, true]]], ['silence of {team="shop"}', [['silenced', 120, 600, false]]],
  ]);
  assert.deepEqual(spans(rows(300)[0]), [['firing', 60, 300, true], ['silenced', 120, 300, true]]);
  assert.deepEqual(spans(rows(100)[0]), [['firing', 60, 100, true]]);
});

test('a silence is a span of its own beside the firing it covers', () => {
  const made = model([fact('alert.firing', 60, { thread: 't' }), fact('alert.silenced', 120, { thread: 't', source: 'silences' }), fact('alert.unsilenced', 600, { thread: 't', source: 'silences' }), fact('alert.resolved', 900, { thread: 't' })]);
  const alerts = lanes(made).find((lane) => lane.id === 'alerts');
  assert.deepEqual(alerts.rows.map((row) => row.spans.map((span) => [span.state, span.from, span.to, span.open])), [[['firing', 60, 900, false], ['silenced', 120, 600, false]]]);
});

test('a crossing is drawn in its panel, else in a lane of its own', () => {
  const panel = (id) => ({ id, source: 'prod', title: id, query: 'p99', thresholds: [], series: [], shown: 0, of: 0 });
  const made = model([fact('metric.crossed_above', 1, { panel: 'b' }), fact('metric.crossed_above', 2, { panel: 'a' }), fact('metric.crossed_above', 3, { panel: 'gone' }), fact('metric.crossed_above', 4)], { panels: [panel('a'), panel('b')] });
  const [a, b, loose] = lanes(made);
  assert.deepEqual([a.crossings.length, b.crossings.length, loose.id, loose.rows[0].items.length], [1, 1, 'metrics', 2]);
  assert.equal(b.crossings[0].from, 1);
});

test('words, lanes, sources and a range select; chart and table use this one', async () => {
  const made = model([fact('alert.firing', 60), fact('chat.message', 120, { quote: { text: 'Rolling BACK' }, source: 'chat', evidence: [{ source: 'chat' }] })]);
  await made.find.read('rolling', () => {});
  const found = (change) => selectItems(made, { ...emptyState(), ...change }).map((item) => item.lane);
  assert.deepEqual([found({ q: 'rolling back' }), found({ q: 'slow' }).length, found({ lanes: ['alerts'] }), found({ sources: ['chat'] }), found({ kinds: [] })], [['chat'], 2, ['alerts'], ['chat'], []]);
  assert.equal(inRange(made.items, { ...emptyState(), from: 100, to: 200 }).length, 1);
  const served = model([fact('alert.firing', 60, { subject: { service: 'checkout', labels: {} } }), fact('alert.firing', 61, { subject: { labels: { service: 'payments' } } }), fact('chat.message', 62)]);
  const of = (services) => selectItems(served, { ...emptyState(), services }).map((item) => item.to);
  assert.deepEqual([of(['checkout']), of(['payments', '—']), of([]), of(null).length], [[60], [61, 62], [], 3]);
  assert.deepEqual([toggled(null, 'a', ['a', 'b']), toggled(['b'], 'a', ['a', 'b'])], [['b'], null]);
});

test('a gap is a row where it begins, and a day is named where it changes', () => {
  const made = model([fact('chat.message', 60), fact('chat.message', 40_000)], { gaps: [{ id: 'g', source: 'prod', start: second(100), end: second(200), reason: 'partial', statement: '', evidence: [] }] });
  const lines = linesOf(made.items, made.gaps, made, 'UTC').map((line) => line.day ?? line.gap?.gap.id ?? line.kind);
  assert.deepEqual(lines, ['2026-11-21', 'chat.message', 'g', '2026-11-22', 'chat.message']);
});
