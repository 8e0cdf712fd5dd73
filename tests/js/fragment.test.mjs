import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { emptyState, readFragment, writeFragment } = await load('fragment.js');
const ORIGIN = Date.parse('2026-11-21T13:00:00Z') / 1000;
const toSeconds = (iso) => Date.parse(iso) / 1000 - ORIGIN;
const toIso = (seconds) => new Date((ORIGIN + seconds) * 1000).toISOString();

test('a fact alone, a fact with a view, a view alone', () => {
  assert.equal(readFragment('#f-0123456789abcdef', toSeconds).fact, 'f-0123456789abcdef');
  const both = readFragment('#f-0123456789abcdef&q=checkout%20errors&zone=Europe/Berlin', toSeconds);
  assert.deepEqual([both.fact, both.q, both.zone], ['f-0123456789abcdef', 'checkout errors', 'Europe/Berlin']);
  assert.equal(readFragment('#from=2026-11-21T13:10:00Z&to=2026-11-21T13:20:00Z', toSeconds).to, 1200);
});

test('every state comes back exactly', () => {
  const state = {
    ...emptyState(), fact: 'f-00000000000000ff', from: 600.25, to: 1200, q: 'a&b=c #%', lanes: ['chat', 'alerts'], sources: ['prod, eu', '50%2C', 'späte'],
    kinds: [], zone: 'Asia/Kolkata', rest: [['at', '2026-11-21T13:30:00Z'], ['notes', 'open']],
  };
  assert.deepEqual(readFragment(`#${writeFragment(state, toIso)}`, toSeconds), state);
});

test('what is malformed is left out, what is unknown is kept', () => {
  const state = readFragment('#f-xyz&q=%E0%A4%A&zone=Nowhere/Land&from=2026-11-21T14:00:00Z&to=2026-11-21T13:00:00Z&new=1', toSeconds);
  assert.deepEqual(state, { ...emptyState(), rest: [['new', '1']] });
});
