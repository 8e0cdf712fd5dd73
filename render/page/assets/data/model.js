import { addTo, grouped } from './grouped.js';
import { outward } from './ranges.js';
import { homeOf } from './home.js';
import { sinceOrigin } from './instant.js';

/**
 * @param {PageData} data
 * @param {{ items: Item[], byId: Model['byId'] }} facts
 * @param {number} origin the window's start, whole seconds since 1970
 * @param {{ rows: Rows, find: Find, samples?: Omit<SeriesData, 'labels'>[] }} more
 * @returns {Model}
 */
export function makeModel(data, { items, byId }, origin, { rows, find, samples = [] }) {
  for (const panel of data.panels) panel.series = panel.series.map((series) => ({ ...series, ...samples[/** @type {any} */ (series).index] }));
  const groups = data.groups.map(([first, length]) => ({ first, length }));
  groups.forEach(({ first, length }, group) => { for (let index = first; index < first + length; index += 1) items[index].group = group; });
  // A life of one fact alone has a number below zero.
  const threads = grouped(items.filter((item) => item.life >= 0), (item) => item.life);
  const length = Math.max(sinceOrigin(data.window.end, origin), 1);
  return {
    data, origin, items, byId, groups, threads, rows, find, flaps: flapsOf(data.flaps ?? [], items), notes: byFact(data.notes ?? []), loose: looseOf(data.notes ?? []), opened: new Set(),
    apart: new Map((data.apart ?? []).map(([index, words]) => [items[index].life, words])), silences: silencesOf(data.silenced ?? [], items), drill: Boolean(data.drill), alerts: alertLives(items, threads), handled: [...threads.values()].filter((life) => life.some((item) => item.kind === 'alert.acknowledged')), messages: messagesOf(items),
    pauses: data.drill ? [] : (data.pauses ?? []).map(([start, end, min_s, max_s]) => ({ start, end, min_s, max_s, mark: outward(sinceOrigin(start, origin), sinceOrigin(end, origin)) })),
    length, home: homeOf(data, origin, length, items),
    gaps: data.gaps.map((gap) => ({ gap, from: sinceOrigin(gap.start, origin), to: sinceOrigin(gap.end, origin) })),
  };
}

/** @param {NonNullable<PageData['flaps']>} ribbons @param {Item[]} items @returns {Flap[]} */
function flapsOf(ribbons, items) {
  /** @type {Item[][]} */
  const held = ribbons.map(() => []);
  if (ribbons.length) for (const item of items) held[item.ribbon]?.push(item);
  return ribbons.map(({ times, duty }, ribbon) => makeFlap(held[ribbon], times, duty));
}

/** @param {Item[]} items @param {number} times @param {[number, number] | null} duty @returns {Flap} */
function makeFlap(items, times, duty) {
  const made = {
    id: items[0].id, items, times, duty,
    from: items.reduce((least, item) => Math.min(least, Math.max(item.from, 0)), Infinity), to: items.reduce((most, item) => Math.max(most, item.to), 0),
  };
  items.forEach((item) => { item.flap = made; });
  return made;
}

/** @param {[number, number, number | null][]} spans @param {Item[]} items */
function silencesOf(spans, items) {
  /** @type {Map<number, Silence[]>} */
  const silences = new Map();
  for (const [firing, begin, end] of spans) addTo(silences, items[firing].life, { begin: items[begin], end: end === null ? null : items[end] });
  return silences;
}

/** @param {Note[]} notes */
export function byFact(notes) {
  /** @type {Map<string, Note[]>} */
  const facts = new Map();
  for (const note of notes) for (const fact of note.facts) addTo(facts, fact, note);
  return facts;
}

/** Notes that may stand where a range begins: where no fact of theirs has a row. @param {Note[]} notes */
export function looseOf(notes) {
  return notes.filter((note) => note.ranges.length);
}

const ALERTS = new Set(['alert.firing', 'alert.pending']);

/** Lives of alerts. @param {Item[]} items @param {Map<number, Item[]>} threads */
function alertLives(items, threads) {
  const alone = items.filter((item) => item.life < 0 && ALERTS.has(item.kind));
  return [...[...threads.values()].filter((life) => life.some((item) => ALERTS.has(item.kind))), ...alone.map((item) => [item])];
}

/** Messages by when they were seen. @param {Item[]} items */
function messagesOf(items) {
  return items.filter((item) => item.kind === 'chat.message').sort((a, b) => a.seen - b.seen || a.index - b.index);
}
