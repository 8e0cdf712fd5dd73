const FACT = /^f-[0-9a-f]{16}$/;
const LISTS = /** @type {const} */ (['lanes', 'sources', 'kinds']);
const KEY_NAMES = { lanes: 'lane', sources: 'source', kinds: 'kind' };

/** @returns {State} */
export function emptyState() {
  return { fact: null, gap: null, from: null, to: null, q: '', lanes: null, sources: null, kinds: null, zone: 'UTC', rest: [] };
}

/**
 * Read `#f-ID[&key=value...]` or `#key=value&...`. What is malformed is left out, what is unknown kept.
 * @param {string} fragment
 * @param {(iso: string) => number | null} toSeconds
 * @returns {State}
 */
export function readFragment(fragment, toSeconds) {
  const state = emptyState();
  const parts = fragment.replace(/^#/, '').split('&').filter(Boolean);
  if (parts.length && FACT.test(parts[0])) state.fact = /** @type {string} */ (parts.shift());
  for (const part of parts) {
    const [key, value] = pair(part);
    if (value !== null) take(state, key, value, toSeconds);
  }
  if (state.from !== null && state.to !== null && state.from >= state.to) [state.from, state.to] = [null, null];
  return state;
}

/** @param {string} part @returns {[string, string | null]} */
function pair(part) {
  const at = part.indexOf('=');
  try {
    return at < 1 ? [part, null] : [part.slice(0, at), decodeURIComponent(part.slice(at + 1))];
  } catch {
    return [part, null];
  }
}

/** @param {State} state @param {string} key @param {string} value @param {(iso: string) => number | null} toSeconds */
function take(state, key, value, toSeconds) {
  const list = LISTS.find((name) => KEY_NAMES[name] === key);
  if (list) state[list] = value === '' ? [] : value.split(',').map((item) => item.replaceAll('%2C', ',').replaceAll('%25', '%'));
  else if (key === 'from' || key === 'to') state[key] = toSeconds(value);
  else if (key === 'q') state.q = value;
  else if (key === 'gap') state.gap = value;
  else if (key === 'zone') state.zone = knownZone(value);
  else state.rest.push([key, value]);
}

/** @param {string} zone */
function knownZone(zone) {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }) && zone;
  } catch {
    return 'UTC';
  }
}

/**
 * Write a state; `readFragment` brings it back exactly.
 * @param {State} state
 * @param {(seconds: number) => string} toIso
 */
export function writeFragment(state, toIso) {
  /** @type {[string, string][]} */
  const pairs = [];
  if (state.gap) pairs.push(['gap', state.gap]);
  if (state.from !== null) pairs.push(['from', toIso(state.from)]);
  if (state.to !== null) pairs.push(['to', toIso(state.to)]);
  if (state.q) pairs.push(['q', state.q]);
  for (const name of LISTS) {
    const list = state[name];
    if (list) pairs.push([KEY_NAMES[name], list.map((item) => item.replaceAll('%', '%25').replaceAll(',', '%2C')).join(',')]);
  }
  if (state.zone !== 'UTC') pairs.push(['zone', state.zone]);
  pairs.push(...state.rest);
  const texts = pairs.map(([key, value]) => `${key}=${encode(value)}`);
  return [...(state.fact ? [state.fact] : []), ...texts].join('&');
}

/** Colons, commas and slashes read better plain and are allowed in a fragment. @param {string} value */
function encode(value) {
  return encodeURIComponent(value).replace(/%(3A|2C|2F)/g, decodeURIComponent);
}
