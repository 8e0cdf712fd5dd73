import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { load } from './load.mjs';

const { isQuery, itemTest, parseQuery, rangesOf, queryRange, withoutTimes } = await load('data/query.js');
const { stemOf } = await load('data/stem.js');
const { makeFind } = await load('data/find.js');

const ORIGIN = Date.parse('2026-11-12T13:00:00Z') / 1000;
const model = { origin: ORIGIN, length: 3 * 3600 };
const fact = (id, kind, minute, statement, more = {}) => ({ id, index: 0, kind, lane: kind.split('.')[0], source: 'prod', sources: ['prod'], service: '—', actor: undefined, from: minute * 60, to: minute * 60, ...more, row: { statement, evidence: [] } });
const facts = [
  fact('f-1000000000000000', 'alert.firing', 70, 'Alert `Slow` fired'), fact('f-2000000000000000', 'chat.message', 85, 'A message was posted', { actor: 'responder-2', quote: 'Rolling  back to v1', lane: 'chat', sources: ['chat'] }),
  fact('f-3000000000000000', 'deploy.rolled_back', 98, 'Deploy `v2` was rolled back'), fact('f-4000000000000000', 'chat.message', 100, 'A message was posted', { actor: 'responder-21', quote: 'the scroll bar is stuck 1000' }),
].map((one, index) => ({ ...one, index, row: { ...one.row, quote: one.quote } }));

const itemRanges = (q, all, zone) => parseQuery(q).times.flatMap((one) => rangesOf(one, all, zone));

async function found(q, zone = 'UTC') {
  const rows = { parts: [[0, facts.length, 'rows-0']], part: async () => ({ count: facts.length, at: (index) => facts[index].row }) };
  const find = makeFind(facts, rows);
  await find.read(q, () => {});
  const asked = itemTest(q, model, zone);
  return facts.filter((one) => (!parseQuery(q).terms.length || find.hits(q)[one.index]) && (!asked || asked(one))).map((one) => one.id[2]).join('');
}

test('words are found by their stem, and as they are written anywhere', async () => {
  assert.equal(await found('rolling'), '23');
  assert.equal(await found('rolled'), '23');
  assert.equal(await found('roll'), '234'); // as it is written, in scroll
  assert.equal(await found('fires'), '1');
  assert.equal(await found('nothing'), '');
});

test('stems are beginnings of their words, and short words are their own', () => {
  const same = (...words) => assert.equal(new Set(words.map(stemOf)).size, 1, words.join());
  same('rolled', 'rolling', 'rolls');
  same('stopped', 'stopping', 'stop');
  same('merge', 'merged', 'merging', 'merges');
  same('deploy', 'deployed', 'deploys');
  same('policy', 'policies');
  for (const word of ['rolled', 'pool', 'status', 'process', 'ping', 'error', 'errors', 'paging', 'is', 'x', '5xx', 'queue_depth', 'überlast']) assert.ok(word.startsWith(stemOf(word)), word);
  assert.deepEqual(['ping', 'is', 'x', '5xx', 'process'].map(stemOf), ['ping', 'is', 'x', '5xx', 'process']);
});

test('quotes ask for the very words, a minus for their absence', async () => {
  assert.equal(await found('"rolled back"'), '3');
  assert.equal(await found('"rolling back"'), '2');
  assert.equal(await found('"rolled ba'), '3'); // not closed yet
  assert.equal(await found('rolled -chat'), '3');
  assert.equal(await found('-chat'), '13');
  assert.equal(await found('-"rolled back" -alert'), '24');
});

test('fields: kind, by, source, service, lane, and their absence', async () => {
  assert.equal(await found('kind:alert'), '1');
  assert.equal(await found('kind:rolled_back'), '3');
  assert.equal(await found('kind:"rolled back"'), '3');
  assert.equal(await found('by:responder-2'), '24'); // 21 begins so
  assert.equal(await found('by:responder-2 rolling'), '2');
  assert.equal(await found('-kind:chat'), '13');
  assert.equal(await found('source:chat'), '2');
  assert.equal(await found('kind:'), '1234'); // nothing is asked for yet
  assert.equal(await found('level:error'), ''); // no field of ours: words
});

test('times of day, in the zone that is shown', async () => {
  assert.equal(await found('14:20..14:30'), '2');
  assert.equal(await found('14:20..14:30 -chat'), '');
  assert.equal(await found('14:38'), '3');
  assert.equal(await found('14:38..'), '34');
  assert.equal(await found('..14:10'), '1');
  assert.equal(await found('-14:20..14:39'), '14');
  assert.equal(await found('15:20..15:30', 'Europe/Berlin'), '2');
  assert.equal(await found('2026-11-12T14:20..14:30'), '2');
  assert.equal(await found('2026-11-13T14:20..14:30'), '');
  assert.equal(await found('14:70..15:00'), ''); // no time: words
});

test('a range over midnight is of the night', () => {
  const night = { origin: Date.parse('2026-11-12T22:00:00Z') / 1000, length: 4 * 3600 };
  assert.deepEqual(queryRange('23:50..00:10', night, 'UTC'), [6600, 7800]);
  assert.deepEqual(queryRange('23:50', night, 'UTC').map(Math.round), [6600, 6660]);
  assert.equal(queryRange('23:50..00:10 23:00', night, 'UTC'), null);
  // Of several days each has its own.
  const days = { origin: night.origin, length: 3 * 86_400 };
  assert.equal(queryRange('10:00..11:00', days, 'UTC'), null);
  assert.equal(['2026-11-13T10:00..11:00'].map((q) => queryRange(q, days, 'UTC')?.length ?? 0)[0], 2);
});

test('where the clock is set back, a time of the doubled hour is of both', () => {
  const back = { origin: Date.parse('2026-10-24T22:00:00Z') / 1000, length: 6 * 3600 }; // midnight in Berlin
  const minutes = (q, all = back) => itemRanges(q, all, 'Europe/Berlin').map((range) => range.map((at) => Math.round(at / 60)));
  assert.deepEqual(minutes('02:00..02:30'), [[120, 150], [180, 210]]);
  assert.deepEqual(minutes('02:06'), [[126, 127], [186, 187]]);
  assert.deepEqual(minutes('01:30..03:30'), [[90, 270]]);
  assert.deepEqual(minutes('02:30..03:30'), [[150, 180], [210, 270]]);
  assert.deepEqual(minutes('03:00..03:30'), [[240, 270]]);
  const on = { origin: Date.parse('2026-03-28T23:00:00Z') / 1000, length: 6 * 3600 };
  assert.deepEqual([minutes('01:30..03:30', on), minutes('03:00..', on), minutes('02:10..02:20', on)], [[[90, 150]], [[120, 360]], []]);
});

test('never an id, unless the text begins as one', async () => {
  assert.equal(await found('1000'), '4');
  assert.equal(await found('f-1'), '1');
  assert.equal(await found('-f-1'), '234');
});

test('what is no query, and what stays of one without its times', () => {
  assert.deepEqual(['', '  ', '-', 'kind:', 'a', '14:20'].map(isQuery), [false, false, false, false, true, true]);
  assert.equal(withoutTimes(' 14:20..14:30  chat '), 'chat');
});
