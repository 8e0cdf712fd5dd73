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
