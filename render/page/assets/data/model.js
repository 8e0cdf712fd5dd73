import { readInstant, sinceOrigin } from './instant.js';
import { labelText } from './words.js';

/** Lanes of facts, in the order they are drawn. @type {{ id: LaneId, title: string }[]} */
export const LANES = [
  { id: 'impact', title: 'impact' }, { id: 'metrics', title: 'metrics' }, { id: 'alerts', title: 'alerts' },
  { id: 'changes', title: 'changes' }, { id: 'chat', title: 'chat' }, { id: 'logs', title: 'logs' }, { id: 'people', title: 'people' }, { id: 'other', title: 'other' },
];

/** What a filter calls facts of no service: a message, a role. */
export const NO_SERVICE = '—';

/** @type {Record<string, LaneId>} */
const FAMILIES = {
  alert: 'alerts', metric: 'metrics', deploy: 'changes', change: 'changes', chat: 'chat', log: 'logs', trace: 'logs', status: 'impact', incident: 'impact',
};

/** @param {{ kind: string, category: string }} fact @returns {LaneId} */
export function laneOf(fact) {
  if (fact.kind === 'incident.role_assigned') return 'people';
  const own = FAMILIES[fact.kind.split('.')[0]];
  if (own) return own;
  return fact.category === 'impact' ? 'impact' : fact.category === 'change' ? 'changes' : 'other';
}

/**
 * @param {PageData} data @param {(shift: number) => Omit<SeriesData, 'labels'>[]} [samples] of the series, by their index
 * @returns {Model}
 */
export function makeModel(data, samples = () => []) {
  const origin = readInstant(data.window.start).seconds;
  const drawn = samples(sinceOrigin(data.window.start, origin));
  for (const panel of data.panels) panel.series = panel.series.map((one) => ({ ...one, ...drawn[/** @type {any} */ (one).index] }));
  for (const { evidence } of [...data.facts, ...data.gaps]) evidence.forEach((one) => namePayload(one, data.payloads ?? []));
  const items = data.facts.map((fact, index) => makeItem(fact, index, origin));
  const byId = new Map(items.map((item) => [item.fact.id, item]));
  const groups = data.groups.map((places) => places.map((place) => items[place]));
  groups.forEach((group, index) => group.forEach((item) => { item.group = index; }));
  const flaps = (data.flaps ?? []).map((flap) => makeFlap(flap, items));
  const threads = byThread(items);
  return {
    data, origin, items, byId, groups, flaps, threads, notes: byFact(data.notes ?? []), silences: silencesOf(data.silenced ?? [], items), drill: Boolean(data.drill),
    lives: [...threads.values(), ...items.filter((item) => !item.fact.thread).map((item) => [item])],
    length: Math.max(sinceOrigin(data.window.end, origin), 1),
    gaps: data.gaps.map((gap) => ({ gap, from: sinceOrigin(gap.start, origin), to: sinceOrigin(gap.end, origin) })),
  };
}

/** The page holds each digest once. @param {any} evidence @param {[string, string][]} payloads */
function namePayload(evidence, payloads) {
  if (typeof evidence.payload === 'number') [evidence.payload, evidence.file] = payloads[evidence.payload];
}

/** @param {{ facts: number[], times: number, duty: [number, number] | null }} flap @param {Item[]} all @returns {Flap} */
function makeFlap(flap, all) {
  const items = flap.facts.map((place) => all[place]);
  const made = {
    id: items[0].fact.id, items, times: flap.times, duty: flap.duty,
    from: items.reduce((least, item) => Math.min(least, Math.max(item.from, 0)), Infinity), to: items.reduce((most, item) => Math.max(most, item.to), 0),
  };
  items.forEach((item) => { item.flap = made; });
  return made;
}

/** @param {Fact} fact @param {number} index @param {number} origin @returns {Item} */
function makeItem(fact, index, origin) {
  const words = [
    fact.id, fact.kind, fact.statement.replaceAll('`', ''), fact.quote?.text, fact.source, fact.actor, fact.subject.service, fact.subject.component,
    fact.subject.environment, labelText(fact.subject.labels),
  ];
  const to = sinceOrigin(fact.latest, origin);
  return {
    fact, index, from: fact.earliest ? sinceOrigin(fact.earliest, origin) : -Infinity, to,
    lane: laneOf(fact), service: fact.subject.service ?? fact.subject.labels.service ?? NO_SERVICE, text: words.filter(Boolean).join('\n').toLowerCase(), group: -1,
    seen: fact.surfaced ? sinceOrigin(fact.surfaced, origin) : to, told: Boolean(fact.surfaced), flap: null,
  };
}

/** A life's name: its thread, else its only fact. @param {Item} item */
export function lifeKey({ fact }) {
  return fact.thread ?? fact.id;
}

/** @param {[number, number, number | null][]} spans @param {Item[]} items */
function silencesOf(spans, items) {
  /** @type {Map<string, Silence[]>} */
  const found = new Map();
  for (const [firing, begin, end] of spans) {
    const key = lifeKey(items[firing]);
    found.set(key, [...(found.get(key) ?? []), { begin: items[begin], end: end === null ? null : items[end] }]);
  }
  return found;
}

/** @param {Note[]} notes */
function byFact(notes) {
  /** @type {Map<string, Note[]>} */
  const found = new Map();
  for (const note of notes) for (const fact of note.facts) found.set(fact, [...(found.get(fact) ?? []), note]);
  return found;
}

/** @param {Item[]} items */
function byThread(items) {
  /** @type {Map<string, Item[]>} */
  const threads = new Map();
  for (const item of items) {
    if (!item.fact.thread) continue;
    const life = threads.get(item.fact.thread);
    if (life) life.push(item);
    else threads.set(item.fact.thread, [item]);
  }
  return threads;
}
