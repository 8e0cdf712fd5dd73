/** What a kind begins; a kind that begins nothing but belongs to the same life ends it. @type {Record<string, Span['state']>} */
const BEGINS = { 'alert.pending': 'pending', 'alert.firing': 'firing', 'deploy.started': 'running' };
const ENDS = new Set(['alert.pending', 'alert.pending_ended', 'alert.firing', 'alert.resolved', 'deploy.started', 'deploy.finished', 'deploy.failed', 'deploy.rolled_back']);

/** Kinds that a span begins or ends with. @param {Item} item */
export function spanning({ kind }) {
  return ENDS.has(kind) || kind === 'alert.silenced' || kind === 'alert.unsilenced';
}

/**
 * The states that a life is in at a time: of its steps, the last that is known then.
 * @param {Item[]} life in display order
 * @param {number} at
 * @param {Silence[]} [silenced] what silenced the alert; without it, what the life itself tells
 * @returns {Set<Span['state']>}
 */
export function openStates(life, at, silenced) {
  const spans = silenced ?? (life.some((item) => item.kind === 'alert.silenced') ? ownSilences(life.filter((item) => item.to <= at)) : []);
  /** @type {Set<Span['state']>} */
  const states = new Set(spans.some(({ begin, end }) => begin.to <= at && !(end && end.to <= at)) ? ['silenced'] : []);
  const last = life.findLast((item) => item.to <= at && item.lane === 'alerts' && ENDS.has(item.kind));
  if (last && BEGINS[last.kind]) states.add(BEGINS[last.kind]);
  return states;
}

/**
 * The spans of one life: from where a state was certainly so to where it was certainly still so.
 * @param {Item[]} life in display order
 * @param {number} length of the window, s
 * @param {Silence[]} [silenced] what silenced the alert; without it, what the life itself tells
 * @param {number} [until] what is later is not known
 * @returns {Span[]}
 */
export function spansOf(life, length, silenced = ownSilences(life), until = Infinity) {
  const known = silenced.filter(({ begin }) => begin.to <= until).map(({ begin, end }) => makeSpan('silenced', begin, end && end.to <= until ? end : null, length));
  return [...states(life, length), ...known];
}

/** @param {Item[]} life @param {number} length */
function states(life, length) {
  const steps = life.filter((item) => ENDS.has(item.kind));
  return steps.flatMap((begin, index) => {
    const state = BEGINS[begin.kind];
    return state ? [makeSpan(state, begin, steps[index + 1] ?? null, length)] : [];
  });
}

/** A silence lasts to its end, whatever it is seen to silence meanwhile. @param {Item[]} life @returns {Silence[]} */
function ownSilences(life) {
  /** @type {Silence[]} */
  const found = [];
  for (const item of life) {
    const open = found.at(-1);
    if (item.kind === 'alert.silenced' && (!open || open.end)) found.push({ begin: item, end: null });
    else if (item.kind === 'alert.unsilenced' && open && !open.end) open.end = item;
  }
  return found;
}

/** @param {Span['state']} state @param {Item} begin @param {Item | null} end @param {number} length @returns {Span} */
function makeSpan(state, begin, end, length) {
  const from = Math.max(begin.from === -Infinity ? 0 : begin.to, 0);
  const to = end ? (end.from === -Infinity ? from : Math.max(end.from, from)) : length;
  return { state, begin, end, from, to: Math.min(to, length), before: begin.from === -Infinity || begin.from < 0, open: !end || end.from > length };
}
