import { labelText } from './words.js';

/** @typedef {{ items: Item[], text: string, starts: Uint32Array }} Searched */

/**
 * Find words in facts: what has been read is searched at once, the rest as it is read.
 * @param {Item[]} items
 * @param {Rows} rows
 * @returns {Find}
 */
export function makeFind(items, rows) {
  /** @type {Map<number, Searched>} by chunk, once it was read */
  const texts = new Map();
  const search = { words: '', hits: new Uint8Array(0), left: new Set(/** @type {number[]} */ ([])), version: 0 };
  const gather = async (/** @type {number} */ part) => {
    const [first, end, name] = rows.parts[part];
    const records = name ? await rows.part(part) : null;
    if (!texts.has(part)) texts.set(part, textsOf(items.slice(first, end), records));
  };
  const hits = (/** @type {string} */ q) => {
    const words = wordsOf(q);
    if (search.words !== words.join(' ')) Object.assign(search, { words: words.join(' '), hits: new Uint8Array(items.length), left: new Set(rows.parts.keys()), version: search.version + 1 });
    for (const part of search.left) {
      const held = texts.get(part);
      if (!held) continue;
      markHits(held, words, search.hits, rows.parts[part][0]);
      search.left.delete(part);
    }
    return search.hits;
  };
  return {
    hits,
    left: (q) => { hits(q); return search.left.size; },
    of: rows.parts.length,
    absent: () => rows.parts.reduce((sum, [first, end, name]) => sum + (name ? 0 : end - first), 0),
    read: async (q, progress) => {
      hits(q);
      const { version } = search;
      for (const part of search.left) {
        await gather(part);
        if (version !== search.version) return;
        hits(q);
        progress();
      }
    },
  };
}

/** @param {string} q */
export function wordsOf(q) {
  return q.toLowerCase().split(/\s+/).filter(Boolean);
}

/** What is looked in, a fact after the other, in lower case. @param {Item[]} items @param {Records | null} records null: they are not in this page */
function textsOf(items, records) {
  const starts = new Uint32Array(items.length + 1);
  let at = 0;
  const parts = items.map((item, index) => {
    const text = `${factText(item, records?.at(index)).toLowerCase()}\n`;
    starts[index + 1] = at += text.length;
    return text;
  });
  return { items, text: parts.join(''), starts };
}

/** @param {Item} item @param {Record<string, any>} [row] */
function factText(item, row) {
  const own = row ? [row.statement.replaceAll('`', ''), row.quote, row.component, row.environment, labelText(row.labels ?? {})] : [];
  return [item.kind, item.source, item.actor, item.service, ...own].filter(Boolean).join('\n');
}

/** Mark the facts that hold every word. @param {Searched} held @param {string[]} words @param {Uint8Array} hits @param {number} first */
function markHits({ items, text, starts }, words, hits, first) {
  const has = (/** @type {number} */ row, /** @type {string} */ word) => (isId(word) ? items[row].id.startsWith(word) : text.slice(starts[row], starts[row + 1]).includes(word));
  const [word = '', ...others] = words;
  const among = isId(word) ? [...items.keys()].filter((row) => has(row, word)) : rowsWith(text, starts, word);
  for (const row of among) if (others.every((other) => has(row, other))) hits[first + row] = 1;
}

/** An id is found by how it begins: digits that somebody looks for stand in the middle of many. @param {string} word */
function isId(word) {
  return word.startsWith('f-');
}

/** @param {string} text @param {Uint32Array} starts @param {string} word */
function rowsWith(text, starts, word) {
  /** @type {number[]} */
  const rows = [];
  let row = 0;
  for (let at = text.indexOf(word); at >= 0 && row < starts.length - 1; at = text.indexOf(word, starts[row])) {
    while (starts[row + 1] <= at) row += 1;
    rows.push(row);
    row += 1;
  }
  return rows;
}
