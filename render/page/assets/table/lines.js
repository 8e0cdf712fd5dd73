import { dateText, offsetAt } from '../data/instant.js';

const DAY = 86_400; // s

/**
 * Facts with other records of the same event behind the one in whose row they are, where that one is shown.
 * @param {Item[]} items in display order
 * @param {(main: Item, also: Item[]) => boolean} isOpen
 * @returns {{ shown: Item[], also: Map<Item, Item[]> }} those that have a row now, and what each row holds
 */
export function foldedRows(items, isOpen) {
  const linked = items.filter((item) => item.row >= 0);
  if (!linked.length) return { shown: items, also: new Map() };
  const own = new Map(items.map((item) => [item.index, item]));
  /** @type {Map<Item, Item[]>} */
  const also = new Map();
  for (const item of linked) {
    const main = own.get(item.row);
    if (main) also.set(main, [...(also.get(main) ?? []), item]);
  }
  const inside = new Set([...also.values()].flat());
  const shown = items.filter((item) => !inside.has(item)).flatMap((item) => {
    const others = also.get(item);
    return others && isOpen(item, others) ? [item, ...others] : [item];
  });
  return { shown, also };
}

/** @typedef {{ gap: GapItem, within: boolean }} GapLine */
/** @typedef {Item | GapLine | NoteItem & { within: boolean } | { day: string }} Line */

/**
 * Facts in display order, gaps and notes on ranges where they begin, the date where the day changes.
 * @param {Item[]} items @param {(GapItem | NoteItem)[]} spans @param {Model} model @param {string} zone
 * @returns {Line[]}
 */
export function linesOf(items, spans, model, zone) {
  const starts = [...spans].sort((a, b) => a.from - b.from);
  const dayAt = dayChanges(model.origin, zone);
  /** @type {Line[]} */
  const lines = [];
  const put = (/** @type {Line} */ line, /** @type {number} */ at) => {
    const day = dayAt(at);
    if (day) lines.push({ day });
    lines.push(line);
  };
  const lineOf = (/** @type {GapItem | NoteItem} */ span, /** @type {boolean} */ within) => ('gap' in span ? { gap: span, within } : { ...span, within });
  let rest = 0;
  items.forEach((item, index) => {
    // A gap that begins among facts of undetermined order does not break their bracket.
    const within = index > 0 && item.group >= 0 && items[index - 1].group === item.group;
    for (; rest < starts.length && starts[rest].from < item.from; rest += 1) put(lineOf(starts[rest], within), starts[rest].from);
    put(item, item.from === -Infinity ? item.to : item.from);
  });
  for (; rest < starts.length; rest += 1) put(lineOf(starts[rest], false), starts[rest].from);
  return lines;
}

/** @param {number} origin @param {string} zone @returns {(at: number) => string} the date where it is another than that before */
function dayChanges(origin, zone) {
  let last = NaN;
  return (at) => {
    const seconds = Math.floor(at) + origin;
    const day = Math.floor((seconds + offsetAt(seconds, zone)) / DAY);
    if (day === last) return '';
    last = day;
    return dateText(seconds, zone);
  };
}

/** Where each fact stands among the lines; -1: it does not. @param {Line[]} lines @param {number} count of all facts */
export function placesOf(lines, count) {
  const places = new Int32Array(count).fill(-1);
  lines.forEach((line, place) => { if ('index' in line) places[line.index] = place; });
  return places;
}
