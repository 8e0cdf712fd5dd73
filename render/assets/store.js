import { readFragment, writeFragment } from './fragment.js';
import { isoText, sinceOrigin } from './instant.js';

/**
 * The state of the page; it lives in the fragment, so a link is a view.
 * @param {Model} model
 * @returns {Store}
 */
export function makeStore(model) {
  const toSeconds = (/** @type {string} */ iso) => {
    const at = /^\d{4}-.*Z$/.test(iso) ? sinceOrigin(iso, model.origin) : NaN;
    return Number.isFinite(at) ? Math.min(Math.max(at, 0), model.length) : null;
  };
  const toIso = (/** @type {number} */ seconds) => isoText(model.origin + seconds);
  let state = readFragment(location.hash, toSeconds);
  /** @type {((state: State, before: State) => void)[]} */
  const watchers = [];
  const put = (/** @type {State} */ next) => {
    const before = state;
    state = next;
    watchers.forEach((then) => then(state, before));
  };
  window.addEventListener('hashchange', () => put(readFragment(location.hash, toSeconds)));
  return {
    get: () => state,
    set: (change) => {
      put({ ...state, ...change });
      write(writeFragment(state, toIso));
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
