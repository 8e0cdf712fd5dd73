import { durationRange } from './words.js';

const NONE = 1e-6; // of a millisecond: what a float of seconds may have too much

/** A fact's bounds as the link carries them, to the millisecond and outward. @param {Item} item @returns {[number, number]} */
function boundsOf(item) {
  return outward(Math.max(item.from === -Infinity ? item.to : item.from, 0), item.to);
}

/** To the millisecond, and outward. @param {number} from s @param {number} to s @returns {[number, number]} */
export function outward(from, to) {
  return [Math.floor(from * 1000 + NONE) / 1000, Math.ceil(to * 1000 - NONE) / 1000];
}

/** From the bounds of one fact to those of another; null where either is not there. @param {Model} model @param {string} [from] @param {string} [to] @returns {[number, number] | null} */
export function rangeBetween(model, from, to) {
  const ends = [from, to].flatMap((id) => { const item = id ? model.byId.get(id) : undefined; return item ? boundsOf(item) : []; });
  return ends.length === 4 ? [Math.min(...ends), Math.max(...ends)] : null;
}

/**
 * Mark a range: the chosen fact's bounds, then up to another fact; the same again ends it. Without a
 * chosen fact, what is in view.
 * @param {Model} model @param {Store} store
 */
export function markRange(model, store) {
  const { fact, mark, from, to } = store.get();
  const item = fact ? model.byId.get(fact) : undefined;
  const [start, end] = item ? boundsOf(item) : [from ?? 0, to ?? model.length];
  const inside = mark && start >= mark[0] && end <= mark[1];
  store.set({ mark: inside ? null : mark && item ? [Math.min(mark[0], start), Math.max(mark[1], end)] : [start, end] });
}

/** Choose a fact; with Shift, mark from the one chosen before up to it. @param {Model} model @param {Store} store @param {string} fact @param {boolean} upTo */
export function chooseFact(model, store, fact, upTo) {
  const [before, now] = [model.byId.get(store.get().fact ?? ''), model.byId.get(fact)];
  if (!upTo || !before || !now) return store.set({ fact, gap: null });
  const ends = [...boundsOf(before), ...boundsOf(now)];
  store.set({ fact, gap: null, mark: [Math.min(...ends), Math.max(...ends)] });
}

/** What a mark says: of a measure its own range, which knows of clocks, too. @param {Model} model @param {[number, number]} mark @param {string | null} named */
export function markTold(model, mark, named) {
  const measure = named ? model.data.measures.find((one) => one.id === named) : undefined;
  return measure?.min_s === undefined ? markWords(model, mark) : durationRange(measure.min_s, measure.max_s);
}

/**
 * How long a marked range is: between facts it is as uncertain as their bounds are.
 * @param {Model} model @param {[number, number]} mark
 */
export function markWords(model, [from, to]) {
  const begins = model.items.filter((item) => boundsOf(item)[0] === from && item.to < to);
  const ends = model.items.filter((item) => boundsOf(item)[1] === to && item.from > from);
  const least = ends.reduce((first, item) => Math.min(first, item.from), Infinity) - begins.reduce((last, item) => Math.max(last, item.to), -Infinity);
  const shortest = begins.length && ends.length ? Math.max(least, 0) : to - from;
  if (to - from >= 1) return durationRange(shortest, to - from);
  const [low, high] = [Math.floor(shortest * 1000 + NONE), Math.ceil((to - from) * 1000 - NONE)];
  return low === high ? `${low} ms` : `${low} – ${high} ms`;
}
