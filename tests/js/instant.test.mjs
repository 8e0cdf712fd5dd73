import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { boundsText, clockText, dateText, exactText, isoText, offsetAt, rangeText, readInstant, sinceOrigin, ticks } = await load('data/instant.js');
const at = (iso) => Date.parse(iso) / 1000;

test('no digit of a nanosecond is lost', () => {
  assert.deepEqual(readInstant('2026-11-21T14:07:16.000000001Z'), { seconds: at('2026-11-21T14:07:16Z'), nanos: 1 });
  assert.equal(exactText('2026-11-21T14:07:16.000000001Z', 'UTC'), '2026-11-21 14:07:16.000000001');
  assert.equal(sinceOrigin('2026-11-21T13:00:00.25Z', at('2026-11-21T13:00:00Z')), 0.25);
});

test('bounds are shown as wide as they are', () => {
  assert.equal(boundsText({ earliest: '2026-11-21T14:07:31Z', latest: '2026-11-21T14:07:31.999999999Z' }, 'UTC'), '14:07:31');
  assert.equal(boundsText({ earliest: '2026-11-21T14:07:16.000000001Z', latest: '2026-11-21T14:07:31Z' }, 'UTC'), '14:07:16–14:07:31');
  assert.equal(boundsText({ latest: '2026-11-21T13:00:00Z' }, 'UTC'), 'by 13:00:00');
  assert.equal(boundsText({ earliest: '2026-11-21T23:59:00Z', latest: '2026-11-22T00:01:00Z' }, 'UTC'), '23:59:00–2026-11-22 00:01:00');
});

test('a zone moves what is shown, over a change of the clock too', () => {
  assert.equal(offsetAt(at('2026-10-25T00:59:59Z'), 'Europe/Berlin'), 7200);
  assert.equal(offsetAt(at('2026-10-25T01:00:00Z'), 'Europe/Berlin'), 3600);
  assert.equal(clockText(at('2026-11-21T14:00:00Z'), 'Asia/Kolkata'), '19:30:00');
  assert.equal(dateText(at('2026-11-21T23:30:00Z'), 'Europe/Berlin'), '2026-11-22');
});

test('where the clock is set back, a time of the doubled hour says which it is of', () => {
  const told = (earliest, latest) => boundsText({ earliest: `2026-10-25T${earliest}Z`, latest: `2026-10-25T${latest}Z` }, 'Europe/Berlin');
  assert.equal(told('00:55:00', '00:55:00'), '02:55:00+02');
  assert.equal(told('01:06:00', '01:06:00'), '02:06:00+01');
  assert.equal(told('00:55:00', '00:56:00'), '02:55:00–02:56:00+02');
  assert.equal(told('00:55:00', '01:06:00'), '02:55:00+02–02:06:00+01');
  assert.deepEqual([told('23:59:59', '23:59:59'), told('02:00:00', '02:00:00')], ['00:59:59', '03:00:00']);
  assert.equal(boundsText({ latest: '2026-10-25T01:06:00Z' }, 'UTC'), 'by 01:06:00');
  assert.equal(exactText('2026-10-25T01:06:00.5Z', 'Europe/Berlin'), '2026-10-25 02:06:00.5+01');
  assert.equal(boundsText({ earliest: '2026-04-04T14:45:00Z', latest: '2026-04-04T14:45:00Z' }, 'Australia/Lord_Howe'), '01:45:00+11');
  assert.equal(boundsText({ earliest: '2026-04-04T15:15:00Z', latest: '2026-04-04T15:15:00Z' }, 'Australia/Lord_Howe'), '01:45:00+10:30');
  assert.equal(rangeText(at('2026-10-25T00:37:00Z'), at('2026-10-25T00:38:00Z'), 'Europe/Berlin'), '02:37–02:38+02');
  assert.equal(rangeText(at('2026-10-25T00:37:00Z'), at('2026-10-25T00:37:30Z'), 'UTC'), '00:37:00–00:37:30');
});

test('ticks stand at round wall-clock readings, the date where the day changes', () => {
  const marks = ticks(at('2026-10-24T22:00:00Z'), at('2026-10-25T22:00:00Z'), 10, 'Europe/Berlin');
  assert.deepEqual([...new Set(marks.map((mark) => mark.text.slice(3)))], ['00']);
  const doubled = ticks(at('2026-10-25T00:00:00Z'), at('2026-10-25T02:00:00Z'), 10, 'Europe/Berlin').map((mark) => mark.text);
  assert.deepEqual([doubled[0], doubled[4], doubled[8]], ['02:00+02', '02:00+01', '03:00']);
  assert.equal(marks[0].day, '2026-10-25');
  assert.ok(marks.length <= 11);
  const fine = ticks(at('2026-11-21T14:00:00Z'), at('2026-11-21T14:00:00Z') + 0.02, 5, 'UTC');
  assert.equal(fine[1].text, '14:00:00.005');
});

test('instants in links are as short as they are exact', () => {
  assert.equal(isoText(at('2026-11-21T14:00:00Z')), '2026-11-21T14:00:00Z');
  assert.equal(isoText(at('2026-11-21T14:00:00.250Z')), '2026-11-21T14:00:00.25Z');
});
