import { itemTest, termsOf } from './query.js';
import { isHome } from './home.js';
import { sinceOrigin } from './instant.js';

/**
 * The one selection that chart, table and overview show.
 * @param {Model} model
 * @param {State} state
 * @returns {Item[]} in display order
 */
export function selectItems(model, state) {
  const { q, lanes, sources, services, kinds, zone } = state;
  // The same is asked for by each part that draws; what a search has found so far is part of the question.
  const question = [model.items, q, lanes, sources, services, kinds, zone, model.drill ? state.at : null, termsOf(q).length ? model.find.left(q) : 0];
  const held = ANSWERS.get(model);
  if (held && held.question.every((part, place) => part === question[place])) return held.items;
  const items = selected(model, state);
  ANSWERS.set(model, { question, items });
  return items;
}

/** @type {WeakMap<Model, { question: unknown[], items: Item[] }>} the last, by model */
const ANSWERS = new WeakMap();

/** @param {Model} model @param {State} state @returns {Item[]} */
function selected(model, state) {
  const [lanes, sources, services, kinds] = [state.lanes, state.sources, state.services, state.kinds].map((list) => list && new Set(list));
  const hits = termsOf(state.q).length ? model.find.hits(state.q) : null;
  const asked = itemTest(state.q, model, state.zone);
  const until = model.drill ? state.at ?? 0 : Infinity;
  if (!lanes && !sources && !services && !kinds && !hits && !asked && until === Infinity) return model.items;
  return model.items.filter((item) => item.seen <= until && (!hits || hits[item.index]) && (!asked || asked(item)) && (!lanes || lanes.has(item.lane)) && (!kinds || kinds.has(item.kind))
    && (!services || services.has(item.service)) && (!sources || item.sources.some((source) => sources.has(source))));
}

/** Chunks that are not searched yet: with any, what is selected is not all. @param {Model} model @param {State} state */
export function unsearched(model, state) {
  return termsOf(state.q).length ? model.find.left(state.q) : 0;
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

/** Notes on ranges alone that the view holds. @param {Model} model @param {State} state @returns {NoteItem[]} */
export function selectNotes(model, state) {
  const [from, to] = [state.from ?? -Infinity, state.to ?? Infinity];
  const loose = model.loose.filter((note) => !note.facts.some((fact) => model.byId.has(fact)));
  const placed = loose.map((note) => ({ note, from: sinceOrigin(note.ranges[0][0], model.origin), to: sinceOrigin(note.ranges[0][1], model.origin) }));
  return placed.filter((item) => item.to >= from && item.from <= to);
}

/** @param {State} state @param {[number, number] | null} home */
export function isFiltered(state, home) {
  return Boolean(state.q || state.lanes || state.sources || state.services || state.kinds || !(state.from === null || isHome(state, home)));
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
  for (const item of model.items) {
    const value = key(item);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
