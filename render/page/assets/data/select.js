/**
 * The one selection that chart, table and overview show.
 * @param {Model} model
 * @param {State} state
 * @returns {Item[]} in display order
 */
export function selectItems(model, state) {
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  const [lanes, sources, services, kinds] = [state.lanes, state.sources, state.services, state.kinds].map((list) => list && new Set(list));
  const until = model.drill ? state.at ?? 0 : Infinity;
  return model.items.filter((item) => {
    const { fact } = item;
    return item.seen <= until && (!lanes || lanes.has(item.lane)) && (!kinds || kinds.has(fact.kind)) && (!services || services.has(item.service))
      && (!sources || fact.evidence.some((one) => sources.has(one.source)) || sources.has(fact.source))
      && words.every((word) => item.text.includes(word));
  });
}

/**
 * What of the selection meets the range that is zoomed to.
 * @param {Item[]} items
 * @param {State} state
 */
export function inRange(items, state) {
  const [from, to] = [state.from ?? -Infinity, state.to ?? Infinity];
  if (from === -Infinity && to === Infinity) return items;
  return items.filter((item) => item.to >= from && (item.from === -Infinity ? item.to : item.from) <= to);
}

/**
 * @param {Model} model
 * @param {State} state
 * @returns {GapItem[]}
 */
export function selectGaps(model, state) {
  const sources = state.sources && new Set(state.sources);
  const [from, to] = [state.from ?? -Infinity, state.to ?? Infinity];
  const until = model.drill ? state.at ?? 0 : Infinity;
  return model.gaps.filter((item) => item.from <= until && (!sources || sources.has(item.gap.source)) && item.to >= from && item.from <= to);
}

/** @param {State} state */
export function isFiltered(state) {
  return Boolean(state.q || state.lanes || state.sources || state.services || state.kinds || state.from !== null || state.to !== null);
}

/**
 * The list that a filter becomes when one value is switched: all chosen is null.
 * @param {string[] | null} list
 * @param {string} value
 * @param {string[]} all
 */
export function toggled(list, value, all) {
  const chosen = new Set(list ?? all);
  if (!chosen.delete(value)) chosen.add(value);
  return all.every((item) => chosen.has(item)) ? null : all.filter((item) => chosen.has(item));
}

/**
 * Count values over all facts.
 * @param {Model} model
 * @param {(item: Item) => string} key
 * @returns {Map<string, number>} in the order of the keys
 */
export function tally(model, key) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const item of model.items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
