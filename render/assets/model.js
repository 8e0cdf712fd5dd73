import { readInstant, sinceOrigin } from './instant.js';
import { labelText } from './words.js';

/** Lanes of facts, in the order they are drawn. @type {{ id: LaneId, title: string }[]} */
export const LANES = [
  { id: 'impact', title: 'impact' }, { id: 'metrics', title: 'metrics' }, { id: 'alerts', title: 'alerts' },
  { id: 'changes', title: 'changes' }, { id: 'chat', title: 'chat' }, { id: 'logs', title: 'logs' }, { id: 'other', title: 'other' },
];

/** @type {Record<string, LaneId>} */
const FAMILIES = {
  alert: 'alerts', metric: 'metrics', deploy: 'changes', change: 'changes', chat: 'chat', log: 'logs', trace: 'logs', status: 'impact', incident: 'impact',
};

/** @param {{ kind: string, category: string }} fact @returns {LaneId} */
export function laneOf(fact) {
  const own = FAMILIES[fact.kind.split('.')[0]];
  if (own) return own;
  return fact.category === 'impact' ? 'impact' : fact.category === 'change' ? 'changes' : 'other';
}

/** @param {PageData} data @returns {Model} */
export function makeModel(data) {
  const origin = readInstant(data.window.start).seconds;
  const items = data.facts.map((fact, index) => makeItem(fact, index, origin));
  const byId = new Map(items.map((item) => [item.fact.id, item]));
  const groups = data.groups.map((ids) => ids.flatMap((id) => byId.get(id) ?? []));
  groups.forEach((group, index) => group.forEach((item) => { item.group = index; }));
  return {
    data, origin, items, byId, groups,
    length: Math.max(sinceOrigin(data.window.end, origin), 1),
    gaps: data.gaps.map((gap) => ({ gap, from: sinceOrigin(gap.start, origin), to: sinceOrigin(gap.end, origin) })),
    threads: byThread(items),
  };
}

/** @param {Fact} fact @param {number} index @param {number} origin @returns {Item} */
function makeItem(fact, index, origin) {
  const words = [
    fact.id, fact.kind, fact.statement.replaceAll('`', ''), fact.quote?.text, fact.source, fact.actor, fact.subject.service, fact.subject.component,
    fact.subject.environment, labelText(fact.subject.labels),
  ];
  return {
    fact, index, from: fact.earliest ? sinceOrigin(fact.earliest, origin) : -Infinity, to: sinceOrigin(fact.latest, origin),
    lane: laneOf(fact), text: words.filter(Boolean).join('\n').toLowerCase(), group: -1,
  };
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
