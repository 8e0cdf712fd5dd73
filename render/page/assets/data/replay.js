import { isAcknowledged, openStates } from './lives.js';
import { clockText } from './instant.js';
import { count } from './words.js';

const LISTED = 12; // surfaced facts that the side panel names

/**
 * How a fact stands at the playhead: people had been told (`seen`), it had happened and nothing told them
 * (`untold`), or it was still ahead. Without a playhead everything is seen.
 * @param {Item} item @param {number | null} at
 * @returns {Standing}
 */
export function standing(item, at) {
  if (at === null) return 'seen';
  if (item.seen > at) return 'ahead';
  return item.isSurfaced ? 'seen' : 'untold';
}

/**
 * The facts that people had been told of at `at`, the newest first.
 * @param {Item[]} items @param {number} at @param {number} [most]
 */
export function surfacedBy(items, at, most = LISTED) {
  /** @type {Item[]} */
  const newest = [];
  for (const item of items) {
    if (!item.isSurfaced || item.seen > at || (newest.length === most && bySeen(item, newest[most - 1]) < 0)) continue;
    const place = newest.findIndex((other) => bySeen(item, other) > 0);
    newest.splice(place < 0 ? newest.length : place, 0, item);
    newest.length = Math.min(newest.length, most);
  }
  return newest;
}

/** @param {Item} a @param {Item} b */
function bySeen(a, b) {
  return a.seen - b.seen || a.index - b.index;
}

/**
 * What could be seen at `at`: alerts by their state, and the last message.
 * @param {Model} model @param {number} at
 */
export function situation(model, at) {
  const counts = { firing: 0, pending: 0, no_data: 0, silenced: 0, acknowledged: model.handled.filter((life) => isAcknowledged(life, at)).length };
  for (const life of model.alerts) {
    const open = openStates(life, at, model.silences.get(life[0].life));
    for (const state of /** @type {const} */ (['firing', 'pending', 'no_data', 'silenced'])) if (open.has(state)) counts[state] += 1;
  }
  return { ...counts, message: model.messages.findLast((item) => item.seen <= at) ?? null };
}

/** The situation as one sentence. @param {Model} model @param {number} at @param {string} zone */
export function sentence(model, at, zone) {
  const { firing, pending, no_data: blind, silenced, acknowledged, message } = situation(model, at);
  const alerts = [`${count(firing, 'alert')} firing`, pending && `${pending} pending`, blind && `${blind} without data`, acknowledged && `${acknowledged} acknowledged`, silenced && `${silenced} silenced`].filter(Boolean).join(', ');
  return `At ${clockText(model.origin + at, zone)}: ${alerts}; ${message ? `last message ${clockText(model.origin + message.seen, zone)}` : 'no message yet'}.`;
}

/**
 * The next or previous moment at which a fact came to be seen; those of one moment follow each other.
 * @param {Item[]} items @param {number} at @param {Item | undefined} chosen @param {number} by
 * @returns {Item | null}
 */
export function nextSeen(items, at, chosen, by) {
  const there = chosen && chosen.seen >= 0 && Math.abs(chosen.seen - at) < 0.002 && items.includes(chosen) ? chosen : undefined;
  /** @type {Item | null} */
  let next = null;
  for (const item of items) {
    const ahead = there ? bySeen(item, there) : item.seen > at ? 1 : -1;
    if (item.seen < 0 || ahead * by <= 0) continue;
    if (!next || bySeen(item, next) * by < 0) next = item;
  }
  return next;
}

/**
 * Where a replay begins: the first signal of the incident that told people something, else the first signal.
 * @param {Model} model
 */
export function firstSignal(model) {
  const { start } = model.data.incident;
  const from = start ? Date.parse(start) / 1000 - model.origin : 0;
  const signals = model.items.filter((item) => item.category === 'signal' && item.from > -Infinity && item.to >= 0);
  const inside = signals.filter((item) => item.to >= from);
  const told = inside.filter((item) => item.isSurfaced);
  const [first] = [told, inside, signals, model.items].find((list) => list.length) ?? [];
  const earliest = (told.length ? told : inside.length ? inside : signals).reduce((least, item) => Math.min(least, item.seen), first?.seen ?? 0);
  return ceilMillis(Math.min(Math.max(earliest, 0), model.length));
}

/** The link carries milliseconds: up, so that what happened at an instant has happened. @param {number} seconds */
export function ceilMillis(seconds) {
  return Math.ceil(Math.round(seconds * 1e6) / 1e3) / 1e3;
}
