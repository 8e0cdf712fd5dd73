import { CHANGED, dateText, offsetAt, QUARTER } from './instant.js';
import { laneTitle } from './lane.js';
import { stemOf } from './stem.js';

/**
 * What is looked for: words, each by its stem; words in quotes just so; `-` before what is not wanted; `kind:`, `by:`,
 * `source:`, `service:`, `lane:`; times of day, `14:20..14:30` or one minute. An id is found by how it begins.
 * @typedef {{ text: string, stem: string, id: boolean, not: boolean }} Term
 * @typedef {{ key: string, value: string, not: boolean }} Field
 * @typedef {{ from: string | null, to: string | null, not: boolean }} Times
 * @typedef {{ terms: Term[], fields: Field[], times: Times[] }} Query
 */

const TOKEN = /(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/giy;
const CLOCK = /^(?:(\d{4}-\d\d-\d\d)[T ]?)?([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/;
const UNFINISHED = /^(?:-|-?(?:kind|by|source|service|lane):)$/;
const MINUTE = 60; // s
const DAY_LENGTH = 86_400; // s

/** @type {Record<string, (item: Item) => string>} */
const FIELDS = { kind: (item) => item.kind, by: (item) => item.actor ?? '', source: (item) => item.sources.join('\n'), service: (item) => item.service, lane: (item) => `${item.lane}\n${laneTitle(item.lane)}` };

/** @type {{ q: string, query: Query }} */
let last = { q: '', query: { terms: [], fields: [], times: [] } };

/** @param {string} q @returns {Query} */
export function parseQuery(q) {
  if (q !== last.q) last = { q, query: parsed(q) };
  return last.query;
}

/** @param {string} q @returns {Query} */
function parsed(q) {
  /** @type {Query} */
  const query = { terms: [], fields: [], times: [] };
  for (const [, minus, name = '', quoted, plain = ''] of q.trim().replace(/\s+/g, ' ').split(/(?<=^[^"]*(?:"[^"]*"[^"]*)*) /).flatMap((token) => [...token.matchAll(TOKEN)])) {
    const [not, key, value] = [minus === '-', name.toLowerCase(), (quoted ?? plain).toLowerCase()];
    const times = quoted === undefined && !key ? timesOf(plain, not) : null;
    if (key && Object.hasOwn(FIELDS, key)) { if (value) query.fields.push({ key, value, not }); }
    else if (times) query.times.push(times);
    else if (!UNFINISHED.test(plain)) {
      const text = key ? `${key}:${value}` : value;
      if (text) query.terms.push({ text, stem: quoted === undefined ? stemOf(text) : text, id: text.startsWith('f-'), not });
    }
  }
  return query;
}

/** @param {string} text @param {boolean} not @returns {Times | null} */
function timesOf(text, not) {
  const [from, to, more] = text.split('..');
  if (more !== undefined || ![from, to].some(Boolean) || [from, to].some((one) => one && !CLOCK.test(one))) return null;
  return { from: from || null, to: to === undefined ? from : to || null, not };
}

/** Words that rows are searched for; empty where only fields and times are asked for. @param {string} q */
export function termsOf(q) {
  return parseQuery(q).terms;
}

/** Whether anything is looked for. @param {string} q */
export function isQuery(q) {
  const { terms, fields, times } = parseQuery(q);
  return terms.length + fields.length + times.length > 0;
}

/**
 * What tells of an item whether it has the fields and times that are asked for; null where none are.
 * @param {string} q @param {Pick<Model, 'origin' | 'length'>} model @param {string} zone
 * @returns {((item: Item) => boolean) | null}
 */
export function itemTest(q, model, zone) {
  const { fields, times } = parseQuery(q);
  if (!fields.length && !times.length) return null;
  const ranges = times.map((one) => ({ not: one.not, ranges: rangesOf(one, model, zone) }));
  return (item) => fields.every(({ key, value, not }) => has(FIELDS[key](item), value) !== not)
    && ranges.every(({ not, ranges: own }) => own.some(([from, to]) => item.to >= from && (item.from === -Infinity ? item.to : item.from) <= to) !== not);
}

/** `alert.firing` is of `alert`, `firing` and `alert firing`. @param {string} text @param {string} value */
function has(text, value) {
  const own = text.toLowerCase();
  return own.includes(value) || own.replace(/[._]/g, ' ').includes(value.replace(/[._]/g, ' '));
}

/** The one range that is asked for, to zoom to; null: none or several. @param {string} q @param {Pick<Model, 'origin' | 'length'>} model @param {string} zone */
export function queryRange(q, model, zone) {
  const [first, ...more] = parseQuery(q).times.filter((one) => !one.not);
  const ranges = first && !more.length ? rangesOf(first, model, zone) : [];
  return ranges.length === 1 ? ranges[0] : null;
}

/**
 * Times of day, on each day of the window, as seconds of it. A single time is its minute, or its second.
 * @param {Times} times @param {Pick<Model, 'origin' | 'length'>} model @param {string} zone @returns {[number, number][]}
 */
export function rangesOf({ from, to }, { origin, length }, zone) {
  const inWindow = daysOf(origin, length, zone);
  // What has a date is of that day; what is open to one side is of the window's first or last.
  const dated = [from, to].map((clock) => (clock ? CLOCK.exec(clock)?.[1] : undefined)).find(Boolean);
  const days = dated ? [dated] : from === null ? inWindow.slice(-1) : to === null ? inWindow.slice(0, 1) : [dateText(origin - DAY_LENGTH, zone), ...inWindow];
  return days.flatMap((day) => {
    const start = from === null ? -Infinity : wallAt(from, day);
    let end = to === null ? Infinity : wallAt(to, day) + (to === from ? widthOf(to) : 0);
    if (end < start) end += DAY_LENGTH; // past midnight
    return passes(start, end, zone).map(([first, last]) => /** @type {[number, number]} */ ([Math.max(first - origin, 0), Math.min(last - origin, length)])).filter(([first, last]) => first <= last);
  });
}

/**
 * When a clock on the wall read from one time to another: twice, where it is set back meanwhile and what it read is of both hours.
 * @param {number} start s, as if the wall were UTC @param {number} end @param {string} zone @returns {[number, number][]} s since 1970
 */
function passes(start, end, zone) {
  const known = [start, end].filter(Number.isFinite).map((wall) => wall - offsetAt(wall, zone));
  const [low, high] = [Math.min(...known) - CHANGED, Math.max(...known) + CHANGED].map((at) => Math.floor(at / QUARTER));
  const [before, after] = [low, high].map((quarter) => offsetAt(quarter * QUARTER, zone));
  if (before === after) return [[start - before, end - before]];
  let [first, changed] = [low, high];
  while (changed - first > 1) {
    const middle = Math.floor((first + changed) / 2);
    if (offsetAt(middle * QUARTER, zone) === before) first = middle;
    else changed = middle;
  }
  const at = changed * QUARTER;
  const parts = /** @type {[number, number][]} */ ([[start - before, Math.min(end - before, at)], [Math.max(start - after, at), end - after]]).filter(([one, other]) => one < other || (one === other && start === end));
  return parts.length === 2 && parts[0][1] === parts[1][0] ? [[parts[0][0], parts[1][1]]] : parts;
}

/** Days that the window touches. @param {number} origin @param {number} length @param {string} zone */
function daysOf(origin, length, zone) {
  const days = [];
  for (let at = 0; at < length; at += DAY_LENGTH / 2) days.push(dateText(origin + at, zone));
  return [...new Set([...days, dateText(origin + length - 1, zone)])];
}

/** @param {string} clock */
function widthOf(clock) {
  return CLOCK.exec(clock)?.[4] ? 1 : MINUTE - 0.001;
}

/** @param {string} clock @param {string} day @returns {number} s since 1970, as if the wall were UTC */
function wallAt(clock, day) {
  const [, date, hour, minute, second = '0'] = /** @type {RegExpExecArray} */ (CLOCK.exec(clock));
  return Date.parse(`${date ?? day}T00:00:00Z`) / 1000 + Number(hour) * 3600 + Number(minute) * MINUTE + Number(second);
}

/** The query without its times: what stays when they became the range. @param {string} q */
export function withoutTimes(q) {
  return q.trim().split(/\s+/).filter((token) => !timesOf(token, false)).join(' ');
}
