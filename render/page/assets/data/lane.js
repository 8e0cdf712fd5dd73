/** Lanes of facts, in the order they are drawn. @type {{ id: LaneId, title: string }[]} */
export const LANES = [
  { id: 'changes', title: 'changes' }, { id: 'alerts', title: 'alerts' }, { id: 'metrics', title: 'metrics' }, { id: 'chat', title: 'chat' },
  { id: 'impact', title: 'status' }, { id: 'people', title: 'people' }, { id: 'logs', title: 'logs' }, { id: 'other', title: 'other' },
];

/** @param {string} lane */
export function laneTitle(lane) {
  return LANES.find(({ id }) => id === lane)?.title ?? lane;
}

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
