import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelOf as model, second } from './facts.mjs';
import { load } from './load.mjs';

const { foldedRows, linesOf, placesOf } = await load('table/lines.js');

const fact = (n, more = {}) => ({
  id: `f-${String(n).padStart(16, '0')}`, kind: 'chat.message', category: 'action', earliest: second(n), latest: second(n), surfaced: second(n), time_means: 't', clock: 'c', subject: { labels: {} },
  statement: 'said', related: [], source: 'prod', evidence: [{ source: 'prod' }], variants: 0, ...more,
});
const { items } = model([fact(1), fact(2, { row: 2 }), fact(3), fact(4), fact(5, { row: 2 })]);

test('records of one event stand in one row, and behind it where that is unfolded', () => {
  const folded = foldedRows(items, () => false);
  assert.deepEqual(folded.shown.map((item) => item.index), [0, 2, 3]);
  assert.deepEqual([...folded.also].map(([main, also]) => [main.index, also.map((item) => item.index)]), [[2, [1, 4]]]);
  assert.deepEqual(foldedRows(items, (main) => main.index === 2).shown.map((item) => item.index), [0, 2, 1, 4, 3]);
});

test('whatever is filtered, each fact is in a row or held by one', () => {
  for (let mask = 0; mask < 32; mask += 1) {
    const some = items.filter((item) => mask & (1 << item.index));
    for (const open of [true, false]) {
      const { shown, also } = foldedRows(some, () => open);
      const held = [...shown, ...(open ? [] : [...also.values()].flat())].map((item) => item.index).sort();
      assert.deepEqual(held, some.map((item) => item.index));
      const places = placesOf(linesOf(shown, [], model([]), 'UTC'), items.length);
      assert.ok(shown.every((item) => places[item.index] >= 0));
    }
  }
});
