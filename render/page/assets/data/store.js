import { readFragment, writeFragment } from './fragment.js';
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
    return model.drill && found.at === null ? { ...found, at: firstSignal(model) } : found;
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
      put({ ...state, ...change });
      if (!quiet) write(writeFragment(state, toIso));
    },
    watch: (then) => { watchers.push(then); },
  };
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
