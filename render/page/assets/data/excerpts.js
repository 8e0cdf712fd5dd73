import { readTable } from './columns.js';

const NEAR = 2; // elements before and after
const UNPACKED = 8; // chunks that are kept

/**
 * Excerpts of payloads: lists of texts one after the other, in chunks that are read when one is looked at.
 * @param {PageData['excerpts']} firsts the list and the place of each chunk's first text, and its name
 * @param {(name: string) => Promise<PackedTable>} unpack
 * @returns {(list: number, place: number) => Promise<Excerpt | null>} null: it is not in this page
 */
export function makeExcerpts(firsts, unpack) {
  /** @type {Map<number, Promise<Table>>} */
  const chunks = new Map();
  const read = (/** @type {number} */ chunk) => {
    const table = chunks.get(chunk) ?? unpack(firsts[chunk][2]).then(readTable);
    chunks.delete(chunk);
    chunks.set(chunk, table);
    if (chunks.size > UNPACKED) chunks.delete(/** @type {number} */ (chunks.keys().next().value));
    return table;
  };
  return async (list, place) => {
    /** @type {Excerpt} */
    const excerpt = { size: 0, texts: {} };
    if (!firsts.length) return null;
    try {
      for (let chunk = chunkOf(firsts, list, place - NEAR); chunk <= chunkOf(firsts, list, place + NEAR); chunk += 1) gather(await read(chunk), list, place, excerpt);
    } catch (error) {
      console.error(error);
      chunks.clear();
      return null;
    }
    return excerpt.texts[place] === undefined ? null : excerpt;
  };
}

/** @param {PageData['excerpts']} firsts @param {number} list @param {number} place */
function chunkOf(firsts, list, place) {
  return Math.max(firsts.findLastIndex(([own, first]) => own < list || (own === list && first <= place)), 0);
}

/** @param {Table} table @param {number} list @param {number} place @param {Excerpt} excerpt */
function gather({ count, columns }, list, place, excerpt) {
  for (let row = rowFrom(count, columns, list, place - NEAR); row < count && columns.list(row) === list && columns.place(row) <= place + NEAR; row += 1) {
    excerpt.size = columns.size(row);
    excerpt.texts[columns.place(row)] = columns.text(row);
  }
}

/** @param {number} count @param {Table['columns']} columns @param {number} list @param {number} place */
function rowFrom(count, columns, list, place) {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (columns.list(middle) < list || (columns.list(middle) === list && columns.place(middle) < place)) low = middle + 1;
    else high = middle;
  }
  return low;
}
