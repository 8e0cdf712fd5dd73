/** What a kind begins; a kind that begins nothing but belongs to the same life ends it. @type {Record<string, Span['state']>} */
const BEGINS = { 'alert.pending': 'pending', 'alert.firing': 'firing', 'deploy.started': 'running' };
const ENDS = new Set(['alert.pending', 'alert.pending_ended', 'alert.firing', 'alert.resolved', 'deploy.started', 'deploy.finished', 'deploy.failed', 'deploy.rolled_back']);

/**
 * The spans of one life: from where a state was certainly so to where it was certainly still so.
 * @param {Item[]} life in display order
 * @param {number} length of the window, s
 * @returns {Span[]}
 */
export function spansOf(life, length) {
  return [...states(life, length), ...silences(life, length)];
}

/** @param {Item[]} life @param {number} length */
function states(life, length) {
  const steps = life.filter((item) => ENDS.has(item.fact.kind));
  return steps.flatMap((begin, index) => {
    const state = BEGINS[begin.fact.kind];
    return state ? [makeSpan(state, begin, steps[index + 1] ?? null, length)] : [];
  });
}

/** @param {Item[]} life @param {number} length */
function silences(life, length) {
  const steps = life.filter((item) => item.fact.kind === 'alert.silenced' || item.fact.kind === 'alert.unsilenced');
  return steps.flatMap((begin, index) => (begin.fact.kind === 'alert.silenced' ? [makeSpan('silenced', begin, steps[index + 1] ?? null, length)] : []));
}

/** @param {Span['state']} state @param {Item} begin @param {Item | null} end @param {number} length @returns {Span} */
function makeSpan(state, begin, end, length) {
  const from = Math.max(begin.from === -Infinity ? 0 : begin.to, 0);
  const to = end ? (end.from === -Infinity ? from : Math.max(end.from, from)) : length;
  return { state, begin, end, from, to: Math.min(to, length), before: begin.from === -Infinity || begin.from < 0, open: !end || end.from > length };
}
