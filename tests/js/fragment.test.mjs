import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { emptyState, readFragment, writeFragment } = await load('data/fragment.js');
const ORIGIN = Date.parse('2026-11-21T13:00:00Z') / 1000;
const toSeconds = (iso) => { const at = Math.round(Date.parse(iso) - ORIGIN * 1000) / 1000; return Number.isNaN(at) ? null : at; };
const toIso = (seconds) => new Date((ORIGIN + seconds) * 1000).toISOString();

test('a fact alone, a fact with a view, a view alone', () => {
  assert.equal(readFragment('#f-0123456789abcdef', toSeconds).fact, 'f-0123456789abcdef');
  const both = readFragment('#f-0123456789abcdef&q=checkout%20errors&zone=Europe/Berlin', toSeconds);
  assert.deepEqual([both.fact, both.q, both.zone], ['f-0123456789abcdef', 'checkout errors', 'Europe/Berlin']);
  assert.equal(readFragment('#from=2026-11-21T13:10:00Z&to=2026-11-21T13:20:00Z', toSeconds).to, 1200);
});

test('a measure or a number of the impact is named first, and a fact goes before it', () => {
  for (const named of ['m-firing-to-resolved', 'm-silenced', 'i-0123456789abcdef']) {
    const state = readFragment(`#${named}&zone=Asia/Kolkata`, toSeconds);
    assert.deepEqual(state, { ...emptyState(), named, zone: 'Asia/Kolkata' });
    assert.equal(writeFragment(state, toIso), `${named}&zone=Asia/Kolkata`);
    assert.equal(writeFragment({ ...state, fact: 'f-0123456789abcdef' }, toIso), 'f-0123456789abcdef&zone=Asia/Kolkata');
  }
  assert.equal(readFragment('#m-', toSeconds).named, null);
  assert.equal(readFragment('#i-12', toSeconds).named, null);
});

test('every state comes back exactly', () => {
  const state = {
    ...emptyState(), fact: 'f-00000000000000ff', from: 600.25, to: 1200, q: 'a&b=c #%', lanes: ['chat', 'alerts'], sources: ['prod, eu', '50%2C', 'späte'],
    services: ['checkout', '—'], kinds: [], zone: 'Asia/Kolkata', at: 1800.001, speed: 300, mark: [10.5, 20], fold: ['p-1', 'chat'], order: ['alerts', 'p,2'], sizes: [['p:3', 210], ['chat', 64]], open: ['f-00000000000000aa'], rest: [['later', 'x/y'], ['notes', 'open']],
  };
  assert.deepEqual(readFragment(`#${writeFragment(state, toIso)}`, toSeconds), state);
});

/** The same numbers in every run. @param {number} seed */
function dice(seed) {
  let state = seed;
  return (/** @type {number} */ sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

test('a thousand states come back exactly', () => {
  const roll = dice(7);
  const words = ['', 'a', 'ä,ö', '100%', 'f-1&x=2', '#', 'x:y', '%2C', 'שלום', '🙂', '=', '/'];
  const list = () => Array.from({ length: 1 + roll(3) }, () => words[1 + roll(words.length - 1)]);
  const maybe = (make, other = null) => (roll(2) ? make() : other);
  const at = () => roll(10_000_000) / 1000;
  const id = () => `f-${roll(2 ** 31).toString(16).padStart(16, '0')}`;
  for (let n = 0; n < 1000; n += 1) {
    const [from, to] = [at(), (20_000_000 + roll(10_000_000)) / 1000];
    const zoomed = roll(2);
    const state = {
      ...emptyState(), fact: maybe(id), gap: maybe(() => 'g-1'), from: zoomed ? from : null, to: zoomed ? to : null, q: words[roll(words.length)], lanes: maybe(list), sources: maybe(list), kinds: maybe(list),
      zone: ['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Asia/Kathmandu'][roll(4)], at: maybe(at), speed: [1, 60, 0.5, 3600][roll(4)], mark: maybe(() => [from, to]), fold: maybe(list, []), order: maybe(list),
      sizes: maybe(() => list().map((key) => [key, 10 + roll(500)]), []), open: maybe(() => [id(), id()], []), rest: maybe(() => [['z', words[roll(words.length)]]], []),
    };
    assert.deepEqual(readFragment(`#${writeFragment(state, toIso)}`, toSeconds), state);
  }
});

test('what is malformed is left out, what is unknown is kept', () => {
  const state = readFragment('#f-xyz&q=%E0%A4%A&zone=Nowhere/Land&from=2026-11-21T14:00:00Z&to=2026-11-21T13:00:00Z&new=1&speed=-1&mark=x/y&size=a:1,b&open=zz&constructor=2', toSeconds);
  assert.deepEqual(state, { ...emptyState(), rest: [['new', '1'], ['constructor', '2']] });
});
