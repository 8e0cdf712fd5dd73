import { readFragment, writeFragment } from './fragment.js';
import { meetsRange } from './home.js';
import { isoText, sinceOrigin } from './instant.js';
import { firstSignal } from './replay.js';

/**
 * The state of the page; it lives in the fragment, so a link is a view.
 * @param {Model} model
 * @returns {Store}
 */
export function makeStore(model) {
  const toSeconds = (/** @type {string} */ iso) => {
    const at = /^\d{4}-.*Z$/.test(iso) ? sinceOrigin(iso, model.origin) : NaN;
    // The link carries milliseconds: what it brings back is what was shown, to the digit.
    return Number.isFinite(at) ? Math.min(Math.max(Math.round(at * 1000) / 1000, 0), model.length) : null;
  };
  const toIso = (/** @type {number} */ seconds) => isoText(model.origin + seconds);
  const read = () => {
    const found = readFragment(location.hash, toSeconds);
    // An exercise has a playhead always: without one it would show how it ended.
    return model.drill && found.at === null ? { ...found, at: firstSignal(model) } : opened(found, model);
  };
  let state = read();
  /** @type {((state: State, before: State) => void)[]} */
  const watchers = [];
  const put = (/** @type {State} */ next) => {
    const before = state;
    state = next;
    watchers.forEach((then) => then(state, before));
  };
  window.addEventListener('hashchange', () => put(read()));
  return {
    get: () => state,
    set: (change, quiet = false) => {
      put({ ...state, ...change, ...widened({ ...state, ...change }, change, model) });
      if (!quiet) write(writeFragment(state, toIso, model.home));
    },
    watch: (then) => { watchers.push(then); },
  };
}

/** What is chosen is in view: a range that does not hold it grows up to it. @param {State} state @param {Partial<State>} change @param {Model} model */
function widened({ from, to }, change, { byId, gaps, length }) {
  const chosen = change.fact ? byId.get(change.fact) : change.gap ? gaps.find((one) => one.gap.id === change.gap) : undefined;
  if (!chosen || from === null || to === null || change.from !== undefined || meetsRange(chosen, [from, to])) return {};
  const margin = (to - from) / 20;
  const [start, end] = [Math.max(Math.min(from, chosen.to - margin), 0), Math.min(Math.max(to, chosen.to + margin), length)].map((at) => Math.round(at * 1000) / 1000);
  return start <= 0 && end >= length ? { from: null, to: null } : { from: start, to: end };
}

/** A link without a range shows the incident; all of the window where what it names is outside of that. @param {State} state @param {Model} model @returns {State} */
function opened(state, { home, byId, gaps }) {
  if (!home || state.whole || state.from !== null || state.to !== null) return state;
  const gap = state.gap ? gaps.find((one) => one.gap.id === state.gap) : undefined;
  const named = [byId.get(state.fact ?? ''), gap, state.at === null ? undefined : { from: state.at, to: state.at }, state.mark ? { from: state.mark[0], to: state.mark[1] } : undefined];
  return named.every((one) => !one || meetsRange(one, home)) ? { ...state, from: home[0], to: home[1] } : state;
}

/** @param {string} fragment */
function write(fragment) {
  const address = fragment ? `#${fragment}` : location.pathname + location.search;
  try {
    history.replaceState(null, '', address);
  } catch {
    // A page in a frame or an odd viewer may not write its address; the page works without.
  }
}
