import { spansOf } from './lives.js';
import { clockText } from './instant.js';
import { lifeKey } from './model.js';
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
  return item.told ? 'seen' : 'untold';
}

/**
 * The facts that people had been told of at `at`, the newest first.
 * @param {Item[]} items @param {number} at @param {number} [most]
 */
export function surfacedBy(items, at, most = LISTED) {
  return items.filter((item) => item.told && item.seen <= at).sort((a, b) => b.seen - a.seen || b.index - a.index).slice(0, most);
}

/**
 * What could be seen at `at`: alerts by their state, and the last message.
 * @param {Model} model @param {number} at
 */
export function situation(model, at) {
  const counts = { firing: 0, pending: 0, silenced: 0 };
  for (const life of model.lives) {
    // A life may hold the crossings of its rule, too.
    const known = life.filter((item) => item.lane === 'alerts' && item.to <= at);
    const alert = life.some((item) => item.fact.kind === 'alert.firing' || item.fact.kind === 'alert.pending');
    const silenced = alert ? model.silences.get(lifeKey(life[0])) : [];
    const open = new Set(spansOf(known, at, silenced, at).filter((span) => !span.end).map((span) => span.state));
    for (const state of /** @type {const} */ (['firing', 'pending', 'silenced'])) if (open.has(state)) counts[state] += 1;
  }
  const messages = model.items.filter((item) => item.fact.kind === 'chat.message' && item.seen <= at);
  return { ...counts, message: messages.reduce((/** @type {Item | null} */ last, item) => (!last || item.seen >= last.seen ? item : last), null) };
}

/** The situation as one sentence. @param {Model} model @param {number} at @param {string} zone */
export function sentence(model, at, zone) {
  const { firing, pending, silenced, message } = situation(model, at);
  const alerts = [`${count(firing, 'alert')} firing`, pending && `${pending} pending`, silenced && `${silenced} silenced`].filter(Boolean).join(', ');
  return `At ${clockText(model.origin + at, zone)}: ${alerts}; ${message ? `last message ${clockText(model.origin + message.seen, zone)}` : 'no message yet'}.`;
}

/**
 * The next or previous moment at which a fact came to be seen; those of one moment follow each other.
 * @param {Item[]} items @param {number} at @param {string | null} fact the chosen one @param {number} by
 * @returns {Item | null}
 */
export function nextSeen(items, at, fact, by) {
  const order = items.filter((item) => item.seen >= 0).sort((a, b) => a.seen - b.seen || a.index - b.index);
  const chosen = order.findIndex((item) => item.fact.id === fact);
  const there = chosen >= 0 && Math.abs(order[chosen].seen - at) < 0.002;
  if (by > 0) return (there ? order[chosen + 1] : order.find((item) => item.seen > at)) ?? null;
  return (there ? order[chosen - 1] : order.findLast((item) => item.seen <= at)) ?? null;
}

/**
 * Where a replay begins: the first signal of the incident that told people something, else the first signal.
 * @param {Model} model
 */
export function firstSignal(model) {
  const { start } = model.data.incident;
  const from = start ? Date.parse(start) / 1000 - model.origin : 0;
  const signals = model.items.filter((item) => item.fact.category === 'signal' && item.from > -Infinity && item.to >= 0);
  const inside = signals.filter((item) => item.to >= from);
  const told = inside.filter((item) => item.told);
  const [first] = [told, inside, signals, model.items].find((list) => list.length) ?? [];
  const earliest = (told.length ? told : inside.length ? inside : signals).reduce((least, item) => Math.min(least, item.seen), first?.seen ?? 0);
  return ceilMillis(Math.min(Math.max(earliest, 0), model.length));
}

/** The link carries milliseconds: up, so that what happened at an instant has happened. @param {number} seconds */
export function ceilMillis(seconds) {
  return Math.ceil(Math.round(seconds * 1e6) / 1e3) / 1e3;
}
