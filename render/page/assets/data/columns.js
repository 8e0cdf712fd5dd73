/**
 * A table of columns, as `render/page/columns.py` packs it; a column is read when its first value is asked for.
 * @param {PackedTable} packed
 * @returns {Table}
 */
export function readTable([count, held]) {
  /** @type {Record<string, Column>} */
  const columns = Object.create(null); // a label may have any name
  for (const [name, [form, ...rest]] of Object.entries(held)) columns[name] = lazily(() => readColumn(form, rest));
  return { count, columns };
}

/** @param {() => Column} make @returns {Column} */
function lazily(make) {
  /** @type {Column | null} */
  let column = null;
  return (index) => (column ??= make())(index);
}

/** One row as an object; a member that is null is one that is not there. @param {Table} table @param {number} index @returns {Record<string, any>} */
export function rowOf({ columns }, index) {
  const row = Object.create(null);
  for (const name of Object.keys(columns)) {
    const value = columns[name](index);
    if (value !== null && value !== undefined) row[name] = value;
  }
  return row;
}

/** @param {string} form @param {any[]} rest @returns {Column} */
function readColumn(form, rest) {
  switch (form) {
    case 'e': return ((texts, places) => (index) => texts[places[index]])(rest[0], rest[1]);
    case 't': return among(readTexts(rest[0], rest[1]));
    case 'd': return among(readSteps(rest[0]));
    case 'o': return objects(rest[0], readTable(rest[1]));
    case 'l': return lists(readSteps(rest[0]), readTable(rest[1]));
    default: return among(rest[0]);
  }
}

/** @param {any[]} values @returns {Column} */
function among(values) {
  return (index) => values[index];
}

/** @param {number[] | 1} marks 1: each row has an object @param {Table} table @returns {Column} */
function objects(marks, table) {
  if (marks === 1) return (index) => rowOf(table, index);
  const places = startsOf(marks);
  return (index) => (marks[index] ? rowOf(table, places[index]) : null);
}

/** @param {number[]} lengths @param {Table} table @returns {Column} */
function lists(lengths, table) {
  const starts = startsOf(lengths);
  return (index) => Array.from({ length: lengths[index] }, (_, n) => rowOf(table, starts[index] + n));
}

/** @param {number[]} lengths */
function startsOf(lengths) {
  let at = 0;
  return lengths.map((length) => (at += length) - length);
}

/** @param {(number | null)[]} shared with the text before, null: there is none @param {string[]} rests */
function readTexts(shared, rests) {
  let last = '';
  let at = 0;
  return shared.map((length) => (length === null ? null : (last = last.slice(0, length) + rests[at++])));
}

/** @param {any[]} steps */
function readSteps(steps) {
  let last = 0;
  return steps.map((step) => (step === null ? null : (last += step)));
}
