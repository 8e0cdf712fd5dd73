import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { moreWords } = await load('controls/headline.js');
const { gapName } = await load('data/words.js');

test('notes beside the incident are counted apart from its gaps, and named so', () => {
  assert.deepEqual(moreWords(15, 2), ['all 15 timings ›', '2 gaps ›']);
  assert.deepEqual(moreWords(15, 2, 1), ['all 15 timings ›', '2 gaps, 1 note ›']);
  assert.deepEqual(moreWords(15, 0, 1), ['all 15 timings ›', '1 note ›']);
  assert.deepEqual(moreWords(15, 0), ['all 15 timings ›', 'no gaps']);
  assert.deepEqual([gapName({ note: true }), gapName({})], ['note', 'gap']);
});
