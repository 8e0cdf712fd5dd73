import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelOf as model, second } from './facts.mjs';
import { load } from './load.mjs';

const { ceilMillis, firstSignal, nextSeen, sentence, situation, standing, surfacedBy } = await load('data/replay.js');
const { emptyState } = await load('data/fragment.js');
const { placeLanes } = await load('chart/lanes.js');
const { parted, flapWords } = await load('data/flaps.js');
const { selectGaps, selectItems } = await load('data/select.js');
const { drillFile } = await load('controls/drill.js');
const { shownItems } = await load('chart/chart.js');

let next = 0;
const fact = (kind, at, more = {}) => ({
  id: `f-${String(next++).padStart(16, '0')}`, kind, category: kind.startsWith('chat') ? 'action' : kind.startsWith('deploy') ? 'change' : 'signal', earliest: second(at), latest: second(at), time_means: 't', clock: 'c', subject: { labels: {} },
  statement: 'Alert `Slow` fired', words: 'Slow', related: [], source: 'prod', evidence: [{ source: 'prod' }], variants: 0, ...more,
});
const told = (kind, at, more = {}) => fact(kind, at, { surfaced: second(at), ...more });
const story = (more = {}) => model([
  told('deploy.finished', 50), fact('metric.crossed_above', 100, { thread: 't' }), fact('alert.pending', 110, { thread: 't' }), told('alert.firing', 200, { thread: 't' }),
  told('chat.message', 260, { quote: { text: 'looking' } }), told('alert.silenced', 300, { thread: 't' }), told('alert.resolved', 900, { thread: 't' }),
], more);

test('a fact is seen when people had been told, untold when it had only happened, ahead before', () => {
  const [, crossing, , firing] = story().items;
  assert.deepEqual([standing(crossing, 99), standing(crossing, 100), standing(firing, 199.999), standing(firing, 200), standing(firing, null)], ['ahead', 'untold', 'ahead', 'seen', 'seen']);
});

test('one sentence says what could be seen', () => {
  const made = story();
  assert.equal(sentence(made, 150, 'UTC'), 'At 13:02:30: 0 alerts firing, 1 pending; no message yet.');
  assert.equal(sentence(made, 300, 'UTC'), 'At 13:05:00: 1 alert firing, 1 silenced; last message 13:04:20.');
  assert.deepEqual({ ...situation(made, 900), message: null }, { firing: 0, pending: 0, no_data: 0, silenced: 1, acknowledged: 0, message: null });
  // It is alerts that are counted, not silences.
  const other = [told('alert.firing', 10, { thread: 'a' }), told('alert.firing', 11, { thread: 'b' }), told('alert.silenced', 20, { thread: 's' }), told('alert.unsilenced', 90, { thread: 's' })];
  const of = model(other, { silenced: [[0, 2, 3], [1, 2, 3]] });
  assert.deepEqual([19, 21, 95].map((at) => situation(of, at).silenced), [0, 2, 0]);
  assert.deepEqual(surfacedBy(made.items, 260).map((item) => item.kind), ['chat.message', 'alert.firing', 'deploy.finished']);
});

test('what was given back is acknowledged no longer, and without data an alert is neither firing nor resolved', () => {
  const made = model(['alert.firing', 'alert.acknowledged', 'alert.unacknowledged', 'alert.acknowledged', 'alert.no_data', 'alert.resolved'].map((kind, n) => told(kind, 10 * (n + 1), { thread: 't' })));
  assert.deepEqual([15, 25, 35, 45, 55, 65].map((at) => [situation(made, at).firing, situation(made, at).no_data, situation(made, at).acknowledged]), [[1, 0, 0], [1, 0, 1], [1, 0, 0], [1, 0, 1], [0, 1, 1], [0, 0, 0]]);
  assert.equal(sentence(made, 45, 'UTC'), 'At 13:00:45: 1 alert firing, 1 acknowledged; no message yet.');
  assert.equal(sentence(made, 55, 'UTC'), 'At 13:00:55: 0 alerts firing, 1 without data, 1 acknowledged; no message yet.');
});

test('a replay begins at the first signal that told people something', () => {
  assert.equal(firstSignal(story()), 200);
  assert.equal(firstSignal(model([fact('metric.crossed_above', 100, { latest: '2026-11-21T13:01:40.0004Z' })])), 100.001);
  assert.equal(firstSignal(model([])), 0);
  assert.equal(ceilMillis(1.0000000001), 1);
});

test('steps go by what surfaced, and through facts of one moment', () => {
  const made = model([told('alert.firing', 10), told('chat.message', 20), told('chat.message', 20), fact('alert.pending', 30)]);
  const [a, b, c, d] = made.items;
  assert.equal(nextSeen(made.items, 0, undefined, 1), a);
  assert.equal(nextSeen(made.items, 20, b, 1), c);
  assert.equal(nextSeen(made.items, 20, c, 1), d);
  assert.equal(nextSeen(made.items, 30, d, 1), null);
  assert.equal(nextSeen(made.items, 20, b, -1), a);
});

test('an exercise selects nothing that is still ahead, gaps neither', () => {
  const made = story({ drill: true, gaps: [{ id: 'g', source: 'prod', start: second(500), end: second(600), reason: 'partial', statement: '', evidence: [] }] });
  const at = (seconds) => ({ ...emptyState(), at: seconds });
  assert.deepEqual([selectItems(made, at(200)).length, shownItems(made, at(260)).length, selectGaps(made, at(499)).length, selectGaps(made, at(500)).length], [4, 5, 0, 1]);
  const lanes = placeLanes(made, selectItems(made, at(200)), at(200), 2000, 1).lanes;
  assert.ok(lanes.flatMap((lane) => lane.rows.flatMap((row) => row.spans)).every((span) => span.to <= 200 && span.state !== 'ahead'));
});

test('a flap is a ribbon while it is folded and there is no playhead; what is selected of it alone has marks', () => {
  const facts = Array.from({ length: 8 }, (_, n) => told(n % 2 ? 'alert.resolved' : 'alert.firing', 100 * n, { thread: 't', ribbon: 0 }));
  const made = model(facts, { flaps: [{ times: 4, duty: [0.501, 0.502] }] });
  const look = (change, items = made.items) => { const { flaps, rest } = parted(items, { ...emptyState(), ...change }); return [flaps.length, rest.length]; };
  assert.deepEqual([look({}), look({ open: [facts[0].id] }), look({ at: 10 }), look({}, made.items.slice(1))], [[1, 0], [0, 8], [0, 8], [1, 7]]);
  assert.equal(flapWords(made.flaps[0]), 'flapping 4×, active 50–51 % of the time');
});

test('lanes fold to one row, stand in the order that was chosen, and take the height that was chosen', () => {
  const made = model([told('alert.firing', 1, { thread: 'a' }), told('alert.firing', 2, { thread: 'b', words: 'B' }), told('chat.message', 3), told('deploy.finished', 4)]);
  const keys = (change) => placeLanes(made, made.items, { ...emptyState(), ...change }, 2000, 1).lanes;
  assert.deepEqual(keys({}).map((lane) => lane.key), ['changes', 'alerts', 'chat', 'coverage']);
  assert.deepEqual(keys({ order: ['coverage', 'gone', 'alerts'] }).map((lane) => lane.key), ['changes', 'coverage', 'alerts', 'chat']);
  const [, alerts] = keys({ fold: ['alerts'], sizes: [['chat', 80]] });
  assert.deepEqual([alerts.folded, alerts.rows.length, alerts.rows[0].items.length], [true, 1, 2]);
  assert.equal(keys({ sizes: [['chat', 80]] }).find((lane) => lane.key === 'chat').height, 80);
});

test('an acknowledgement without a service stands in the row of the only alert of its name', () => {
  const made = model([told('alert.firing', 60, { thread: 't', words: 'Slow · shop' }), told('alert.acknowledged', 70, { source: 'pager', statement: 'Alert `Slow` was acknowledged' })]);
  const alerts = placeLanes(made, made.items, emptyState(), 2000, 1).lanes.find((lane) => lane.key === 'alerts');
  assert.deepEqual([alerts.rows.length, alerts.rows[0].items.length], [1, 2]);
});

test('the file of an exercise holds each step in order, as it was written', () => {
  const text = drillFile(story(), [{ at: second(260), fact: 'f-2', seen: 'At 13:04:20: x.', answer: 'b\n# c' }, { at: second(200), fact: '', seen: 'At 13:03:20: y.', answer: ' a ' }]);
  assert.deepEqual(text.split('\n').filter((line) => /^(##|>)/.test(line)), ['## 13:03:20 UTC', '> a', '## 13:04:20 UTC', '> b', '> # c']);
  assert.ok(text.endsWith('digest d.\n') && !text.endsWith('\n\n'));
});
