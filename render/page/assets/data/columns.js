/**
 * Rows from columns, as `render/page/columns.py` makes them.
 * @param {[number, Record<string, any[]>]} packed
 * @returns {Record<string, any>[]}
 */
export function readColumns([count, held]) {
  /** @type {Record<string, any>[]} */
  const rows = Array.from({ length: count }, () => Object.create(null)); // a label may have any name
  for (const [name, [form, ...rest]] of Object.entries(held)) {
    const other = form === 'like' ? readColumn(held[rest[0]][0], held[rest[0]].slice(1), count, null) : null;
    readColumn(form, rest, count, other).forEach((value, index) => { if (value !== null) rows[index][name] = value; });
  }
  return rows;
}

/** @param {string} form @param {any[]} rest @param {number} count @param {any[] | null} other @returns {any[]} */
function readColumn(form, rest, count, other) {
  switch (form) {
    case 'same': return Array.from({ length: count }, (_, index) => rest[1].slice(index * rest[0], (index + 1) * rest[0]));
    case 'like': return readTexts(rest[1], other);
    case 't': return readTexts(rest[0], null);
    case 'o': return nested(rest, (parts) => parts[0] ?? null);
    case 'l': return nested(rest, (parts) => parts);
    case 'd': return readSteps(rest[0]);
    case 'p': return tuples(rest[0].map(readSteps));
    default: return rest[0];
  }
}

/** @param {any[]} packed counts and columns @param {(parts: object[]) => any} make */
function nested([counts, packed], make) {
  const parts = readColumns(packed);
  let at = 0;
  return counts.map((/** @type {number} */ n) => make(parts.slice(at, at += n)));
}

/** @param {(number | string | null)[]} parts @param {string[] | null} others */
function readTexts(parts, others) {
  /** @type {(string | null)[]} */
  const texts = [];
  let last = '';
  for (let at = 0; at < parts.length; at += 1) {
    if (parts[at] === null) texts.push(null);
    else {
      last = (others ? others[texts.length] : last).slice(0, Number(parts[at])) + parts[at + 1];
      texts.push(last);
      at += 1;
    }
  }
  return texts;
}

/** @param {(number | null)[][]} parts */
function tuples(parts) {
  return parts[0].map((first, index) => (first === null ? null : parts.map((part) => part[index])));
}

/** @param {(number | null)[]} steps */
function readSteps(steps) {
  let last = 0;
  return steps.map((step) => (step === null ? null : (last += step)));
}

/** @param {[number, Record<string, any[]>]} packed @returns {Excerpt[]} */
export function readExcerpts(packed) {
  return readColumns(packed).map(({ size, texts }) => ({ size, texts: Object.fromEntries(texts.map((/** @type {any} */ one) => [one.at, one.text])) }));
}
