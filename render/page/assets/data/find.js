import { termsOf } from './query.js';
import { stemOf } from './stem.js';
import { labelText, plainKind } from './words.js';

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
    const terms = termsOf(q);
    const words = JSON.stringify(terms);
    if (search.words !== words) Object.assign(search, { words, hits: new Uint8Array(items.length), left: new Set(rows.parts.keys()), version: search.version + 1 });
    for (const part of search.left) {
      const held = texts.get(part);
      if (!held) continue;
      markHits(held, terms, search.hits, rows.parts[part][0]);
      search.left.delete(part);
    }
    return search.hits;
  };
  return {
    hits,
    prepare: gather,
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
  return [item.kind, plainKind(item.kind), item.source, item.actor, item.service, ...own].filter(Boolean).join('\n').replace(/ +/g, ' ');
}

/** @typedef {import('./query.js').Term} Term */

/** Mark the facts that hold every word, and none that is not wanted. @param {Searched} held @param {Term[]} terms @param {Uint8Array} hits @param {number} first */
function markHits({ items, text, starts }, terms, hits, first) {
  const rows = (/** @type {Term} */ term) => (term.id ? [...items.keys()].filter((row) => items[row].id.startsWith(term.text)) : rowsWith(text, starts, term));
  // Each word goes once through all that is there, and leaves those that the words before it left.
  let left = new Uint8Array(items.length).fill(1);
  for (const term of terms) {
    const own = new Uint8Array(items.length);
    for (const row of rows(term)) own[row] = 1;
    left = left.map((held, row) => (held && (own[row] === 1) !== term.not ? 1 : 0));
  }
  hits.set(left, first);
}

const LETTERS = /[a-z0-9]/;
const WORD_AT = /[a-z]+/y;

/** Rows with a term: as it is written anywhere, or a word of its stem. @param {string} text @param {Uint32Array} starts @param {Term} term */
function rowsWith(text, starts, { text: word, stem }) {
  /** @type {number[]} */
  const rows = [];
  let row = 0;
  for (let at = text.indexOf(stem); at >= 0 && row < starts.length - 1;) {
    while (starts[row + 1] <= at) row += 1;
    if (stem === word || text.startsWith(word, at) || isOfStem(text, at, stem)) {
      rows.push(row);
      row += 1;
      at = text.indexOf(stem, starts[row]);
    } else at = text.indexOf(stem, at + 1);
  }
  return rows;
}

/** @param {string} text @param {number} at @param {string} stem */
function isOfStem(text, at, stem) {
  if (at > 0 && LETTERS.test(text[at - 1])) return false;
  WORD_AT.lastIndex = at;
  return stemOf(WORD_AT.exec(text)?.[0] ?? '') === stem;
}
