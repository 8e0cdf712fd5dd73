import { factOf, readRecords } from './records.js';

export const HELD = 64; // chunks that are kept once they are read: a quarter of a million facts

/**
 * What rows and the panel say of facts: in chunks that are read when they are asked for.
 * @param {PageData['rows']} parts
 * @param {(name: string) => Promise<PackedRecords>} unpack
 * @returns {Rows}
 */
export function makeRows(parts, unpack) {
  /** @type {Map<number, Records>} the least lately used first */
  const held = new Map();
  /** @type {Map<number, Promise<Records | null>>} */
  const awaited = new Map();
  /** @type {(() => void)[]} */
  const watchers = [];
  const partOf = (/** @type {number} */ index) => lastPart(parts, index);
  const chunk = (/** @type {number} */ part) => {
    const records = held.get(part);
    if (!records) return null;
    held.delete(part);
    held.set(part, records);
    return records;
  };
  const keep = (/** @type {number} */ part, /** @type {Records} */ records) => {
    held.set(part, records);
    if (held.size > HELD) held.delete(/** @type {number} */ (held.keys().next().value));
    awaited.delete(part);
    watchers.forEach((then) => then());
    return records;
  };
  const lose = (/** @type {number} */ part, /** @type {unknown} */ error) => {
    console.error(error);
    parts[part][2] = null; // as one that is not in the page
    awaited.delete(part);
    watchers.forEach((then) => then());
    return null;
  };
  const read = (/** @type {number} */ part) => {
    const name = parts[part]?.[2];
    const known = chunk(part) ?? awaited.get(part);
    if (known || !name) return Promise.resolve(known ?? null);
    const promise = unpack(name).then((packed) => keep(part, readRecords(packed))).catch((error) => lose(part, error));
    awaited.set(part, promise);
    return promise;
  };
  return {
    at: (item) => {
      const part = partOf(item.index);
      const records = chunk(part);
      if (!records) read(part);
      return records && factOf(item, records.at(item.index - parts[part][0]));
    },
    has: (item) => Boolean(parts[partOf(item.index)]?.[2]),
    read: (item) => read(partOf(item.index)).then(() => undefined),
    part: read,
    whenRead: (then) => { watchers.push(then); },
    parts,
  };
}

/** @param {PageData['rows']} parts @param {number} index */
function lastPart(parts, index) {
  let [low, high] = [0, parts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (parts[middle][0] <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}
