/** What a kind begins. @type {Record<string, Span['state']>} */
const BEGINS = { 'alert.pending': 'pending', 'alert.firing': 'firing', 'alert.no_data': 'no_data', 'deploy.waiting': 'waiting', 'deploy.started': 'running' };
/** What a kind ends: what fires is no longer pending; what begins again has not ended by that. @type {Record<string, Span['state'][]>} */
const ENDS = {
  'alert.pending': ['no_data'], 'alert.firing': ['pending', 'no_data'], 'alert.pending_ended': ['pending', 'no_data'], 'alert.data_returned': ['no_data'],
  'alert.resolved': ['pending', 'firing', 'no_data'], 'alert.no_data': ['pending', 'firing'],
  'deploy.waiting': ['running'], 'deploy.started': ['waiting'], 'deploy.finished': ['waiting', 'running'], 'deploy.failed': ['waiting', 'running'],
  'deploy.rolled_back': ['waiting', 'running'], 'deploy.cancelled': ['waiting', 'running'],
};
/** Of a gap for one of these reasons, records of any kind may be lacking. */
const LACKING = new Set(['unreachable', 'unauthorised', 'rate_limited', 'timed_out', 'truncated', 'partial', 'past_retention', 'never_recorded', 'not_yet', 'undecodable', 'not_refreshed']);

/** @param {Item} item */
function isStep({ kind }) {
  return kind in BEGINS || kind in ENDS;
}

/** @param {string} kind @param {Span['state'] | undefined} state */
function ends(kind, state) {
  return state !== undefined && (ENDS[kind] ?? []).includes(state);
}

/** Kinds that a span begins or ends with. @param {Item} item */
export function spanning(item) {
  return isStep(item) || item.kind === 'alert.silenced' || item.kind === 'alert.unsilenced';
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
  const last = inTurn(life).findLast((item) => item.to <= at && item.lane === 'alerts');
  if (last && BEGINS[last.kind]) states.add(BEGINS[last.kind]);
  return states;
}

/** What makes a life wait for somebody again, or ends it. */
const UNACKNOWLEDGED = new Set(['alert.unacknowledged', 'alert.firing', 'incident.declared', 'alert.resolved', 'incident.resolved']);

/** Whether somebody had acknowledged it, and it was neither given back nor over. @param {Item[]} life in display order @param {number} at */
export function isAcknowledged(life, at) {
  return life.findLast((item) => item.to <= at && (item.kind === 'alert.acknowledged' || UNACKNOWLEDGED.has(item.kind)))?.kind === 'alert.acknowledged';
}

/**
 * The spans of one life: from where a state was certainly so to where it was certainly still so. `spans` in
 * `timeline/alerts/lives.py` draws the same, from the same table of cases.
 * @param {Item[]} life in display order
 * @param {number} length of the window, s
 * @param {Silence[]} [silenced] what silenced the alert; without it, what the life itself tells
 * @param {number} [until] what is later is not known
 * @param {GapItem[]} [gaps]
 * @returns {Span[]}
 */
export function spansOf(life, length, silenced = ownSilences(life), until = Infinity, gaps = []) {
  const known = silenced.filter(({ begin }) => begin.to <= until).map(({ begin, end }) => (end && end.to <= until ? ended('silenced', begin, end, length) : unended('silenced', begin, null, length, gaps)));
  return [...states(life, length, gaps), ...known];
}

/** @param {Item[]} life @param {number} length @param {GapItem[]} gaps */
function states(life, length, gaps) {
  /** @type {Span[]} */
  const spans = [];
  /** @type {Item | null} */
  let begin = null;
  for (const item of inTurn(life)) {
    const state = begin ? BEGINS[begin.kind] : undefined;
    if (begin && state && ends(item.kind, state)) {
      spans.push(ended(state, begin, item, length));
      begin = null;
    } else if (begin && state && BEGINS[item.kind]) spans.push(unended(state, begin, item, length, gaps));
    if (BEGINS[item.kind]) begin = item;
  }
  return begin ? [...spans, unended(BEGINS[begin.kind], begin, null, length, gaps)] : spans;
}

/** @type {WeakMap<Item[], Item[]>} */
const TURNS = new WeakMap();

/** A life's steps in display order; those that may be of one moment as the state before asks for them. @param {Item[]} life */
function inTurn(life) {
  let steps = TURNS.get(life);
  if (!steps) TURNS.set(life, steps = turned(life.filter(isStep)));
  return steps;
}

/** @param {Item[]} life */
function turned(life) {
  const [left, steps] = [[...life].reverse(), /** @type {Item[]} */ ([])];
  /** @type {Span['state'] | undefined} */
  let state;
  while (left.length) {
    const [item] = left.splice(nextOf(left, state), 1);
    steps.push(item);
    state = BEGINS[item.kind] ?? (ends(item.kind, state) ? undefined : state);
  }
  return steps;
}

/** The place of what comes next, of those that certainly do not come later than the first. @param {Item[]} left the first one last @param {Span['state'] | undefined} state */
function nextOf(left, state) {
  const first = left.length - 1;
  for (let place = first; place >= 0 && left[place].from <= left[first].to; place -= 1) {
    if (state ? ends(left[place].kind, state) : left[place].kind in BEGINS) return place;
  }
  return first;
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

/** @param {Span['state']} state @param {Item} begin @param {Item} end @param {number} length @returns {Span} */
function ended(state, begin, end, length) {
  const from = begunAt(begin, length);
  const to = Math.min(Math.max(end.from, from), length);
  return { state, begin, end, from, to, before: isBefore(begin), open: end.to >= length };
}

/**
 * What has no recorded end is drawn up to where its source first lacks something, else to the window's end; what
 * began anew had ended before, so that it is drawn no further than such a gap.
 * @param {Span['state']} state @param {Item} begin @param {Item | null} again @param {number} length @param {GapItem[]} gaps
 * @returns {Span}
 */
function unended(state, begin, again, length, gaps) {
  const from = begunAt(begin, length);
  const limit = again ? (again.from === -Infinity ? again.to : again.from) : length;
  const cut = gaps.find((item) => LACKING.has(item.gap.reason) && begin.sources.includes(item.gap.source) && item.from >= begin.to);
  const known = cut && cut.from <= limit ? cut.from : again ? from : length;
  return { state, begin, end: null, from, to: Math.max(Math.min(known, length), from), before: isBefore(begin), open: true };
}

/** @param {Item} begin @param {number} length */
function begunAt(begin, length) {
  return Math.min(Math.max(begin.to, 0), length);
}

/** @param {Item} begin */
function isBefore(begin) {
  return begin.from === -Infinity || begin.from < 0;
}
