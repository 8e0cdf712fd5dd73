import { sinceOrigin } from './instant.js';

const MARGIN = 0.1; // of the incident's length, shown on each side of it
const NEARLY = 0.98; // of the window: from there on the incident's range is no other view

/**
 * The range that a page opens on: the incident and a tenth more on each side, in ms of the window. Null: the whole
 * window, as it is where the incident has no times, nothing happened in it, or its end is not to be told.
 * @param {Pick<PageData, 'incident' | 'drill'>} data @param {number} origin @param {number} length @param {Item[]} items
 * @returns {[number, number] | null}
 */
export function homeOf({ incident, drill }, origin, length, items) {
  if (!incident.start || drill) return null;
  const start = Math.max(sinceOrigin(incident.start, origin), 0);
  const end = Math.min(incident.end ? sinceOrigin(incident.end, origin) : length, length);
  const margin = (end - start) * MARGIN;
  const range = /** @type {[number, number]} */ ([Math.max(start - margin, 0), Math.min(end + margin, length)].map((at) => Math.round(at * 1000) / 1000));
  const useful = end > start && range[1] - range[0] < length * NEARLY;
  return useful && items.some((item) => meetsRange(item, range)) ? range : null;
}

/** @param {Pick<Item, 'from' | 'to'>} item @param {[number, number]} range */
export function meetsRange({ from, to }, range) {
  return to >= range[0] && (from === -Infinity ? to : from) <= range[1];
}

/** Whether the range of a state is the one that a page opens on. @param {Pick<State, 'from' | 'to'>} state @param {[number, number] | null} home */
export function isHome({ from, to }, home) {
  return home ? from === home[0] && to === home[1] : from === null;
}

/** The whole window, or back from it to the incident. @param {Store} store @param {Model} model */
export function switchRange(store, { home }) {
  const [from, to] = store.get().from === null && home ? home : [null, null];
  store.set({ from, to });
}
