import { readTable, rowOf } from './columns.js';

/**
 * Records of a chunk, as `render/page/rows.py` makes them.
 * @param {PackedRecords} packed
 * @returns {Records}
 */
export function readRecords({ payloads, rows }) {
  const table = readTable(rows);
  return { count: table.count, at: (index) => recordOf(rowOf(table, index), payloads) };
}

/** @param {any} row @param {[string, string][]} payloads */
function recordOf(row, payloads) {
  row.evidence = row.evidence.map((/** @type {any} */ { payload, list, place, ...rest }) => {
    const [digest, file] = payload === undefined ? [] : payloads[payload];
    return { ...rest, payload: digest, file, excerpt: list === undefined ? null : [list, place] };
  });
  return row;
}

/** What was recorded, as it was packed. @param {Item} item @param {Record<string, any>} row @returns {Fact} */
export function factOf(item, row) {
  const { service, component, environment, labels = {}, quote, truncated, edited_at, related = [], variants = 0, ...rest } = row;
  return {
    ...rest, id: item.id, kind: item.kind, category: item.category, earliest: item.earliest, latest: item.latest, surfaced: item.surfaced, time_means: item.means, clock: item.clock,
    subject: { service, component, environment, labels }, quote: quote === undefined ? undefined : { text: quote, truncated: Boolean(truncated), edited_at },
    actor: item.actor, source: item.source, related, variants, statement: row.statement, evidence: row.evidence,
  };
}
