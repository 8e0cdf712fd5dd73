import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { load } from './load.mjs';

const { citation, citedTime, sumText } = await load('data/cite.js');
const WINDOW = { start: '2026-11-12T13:02:00Z', end: '2026-11-12T15:40:00Z' };

test('the sum is CRC-32', () => {
  assert.equal(sumText('123456789'), 'cbf43926'); // the check value of the standard
  if (crc32) for (const text of ['', 'a', '14:10:30-14:10:45 UTC', 'by 13:02:00 UTC']) assert.equal(sumText(text), crc32(text).toString(16).padStart(8, '0'));
});

test('a time is shown with its bounds, in UTC, with the day where the window has several', () => {
  const fact = { earliest: '2026-11-12T14:10:30.000000001Z', latest: '2026-11-12T14:10:45Z' };
  assert.equal(citedTime(fact, WINDOW), '14:10:30-14:10:45 UTC');
  assert.equal(citedTime({ earliest: '2026-11-12T14:10:30Z', latest: '2026-11-12T14:10:30.9Z' }, WINDOW), '14:10:30 UTC');
  assert.equal(citedTime({ latest: '2026-11-12T14:10:45Z' }, WINDOW), 'by 14:10:45 UTC');
  const long = { start: '2026-11-12T22:00:00Z', end: '2026-11-13T02:00:00Z' };
  assert.equal(citedTime(fact, long), '2026-11-12 14:10:30-14:10:45 UTC');
  assert.equal(citedTime({ latest: '2026-11-13T00:00:05Z' }, long), 'by 2026-11-13 00:00:05 UTC');
  assert.equal(citedTime({ earliest: '2026-11-12T23:59:50Z', latest: '2026-11-13T00:00:05Z' }, long), '2026-11-12 23:59:50-2026-11-13 00:00:05 UTC');
  // A window that ends at midnight has one day.
  assert.equal(citedTime(fact, { start: '2026-11-12T13:00:00Z', end: '2026-11-13T00:00:00Z' }), '14:10:30-14:10:45 UTC');
});

test('a citation is what the command gives for the bundled incident', () => {
  const fact = { id: 'f-84285be8f9fc3c57', earliest: '2026-11-12T14:10:30.000000001Z', latest: '2026-11-12T14:10:45Z' };
  assert.equal(citation(fact, WINDOW), `[14:10:30-14:10:45 UTC](timeline.html#f-84285be8f9fc3c57)${'<!'}--{f-84285be8f9fc3c57:time}0951018c-->`);
  assert.match(citation({ ...fact, id: 'g-84285be8f9fc3c57' }, WINDOW), /timeline\.html#gap=g-84285be8f9fc3c57\)/);
});
