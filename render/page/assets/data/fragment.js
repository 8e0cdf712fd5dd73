const FACT = /^f-[0-9a-f]{16}$/;
const MEASURED = /^(?:i-[0-9a-f]{16}|m-[a-z0-9]+(?:-[a-z0-9]+)*)$/; // a number of the impact, a measure
const LISTS = /** @type {const} */ (['lanes', 'sources', 'services', 'kinds']);
const KEY_NAMES = { lanes: 'lane', sources: 'source', services: 'service', kinds: 'kind' };
const WINDOW = 'window'; // `view=window`: all of it, not the incident alone
export const SPEED = 60; // seconds a second

/** @returns {State} */
export function emptyState() {
  return { fact: null, named: null, gap: null, from: null, to: null, whole: false, q: '', lanes: null, sources: null, services: null, kinds: null, zone: 'UTC', at: null, speed: SPEED, mark: null, fold: [], order: null, sizes: [], open: [], rest: [] };
}

/**
 * Read `#f-ID[&key=value...]`, `#m-...`, `#i-...` or `#key=value&...`. What is malformed is left out, what is unknown kept.
 * @param {string} fragment
 * @param {(iso: string) => number | null} toSeconds
 * @returns {State}
 */
export function readFragment(fragment, toSeconds) {
  const state = emptyState();
  const parts = fragment.replace(/^#/, '').split('&').filter(Boolean);
  if (parts.length && FACT.test(parts[0])) state.fact = /** @type {string} */ (parts.shift());
  else if (parts.length && MEASURED.test(parts[0])) state.named = /** @type {string} */ (parts.shift());
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

/** @type {Record<string, (state: State, value: string, toSeconds: (iso: string) => number | null) => void>} */
const READERS = {
  from: (state, value, toSeconds) => { state.from = toSeconds(value); },
  to: (state, value, toSeconds) => { state.to = toSeconds(value); },
  at: (state, value, toSeconds) => { state.at = toSeconds(value); },
  view: (state, value) => { state.whole = value === WINDOW; },
  q: (state, value) => { state.q = value; },
  gap: (state, value) => { state.gap = value; },
  zone: (state, value) => { state.zone = knownZone(value); },
  speed: (state, value) => { if (Number(value) > 0 && Number(value) <= 1e6) state.speed = Number(value); },
  mark: (state, value, toSeconds) => { state.mark = readRange(value, toSeconds); },
  fold: (state, value) => { state.fold = readList(value); },
  order: (state, value) => { state.order = readList(value); },
  open: (state, value) => { state.open = readList(value).filter((id) => FACT.test(id)); },
  size: (state, value) => { state.sizes = readList(value).flatMap(readSize); },
};

/** @param {State} state @param {string} key @param {string} value @param {(iso: string) => number | null} toSeconds */
function take(state, key, value, toSeconds) {
  const list = LISTS.find((name) => KEY_NAMES[name] === key);
  if (list) state[list] = readList(value);
  else if (Object.hasOwn(READERS, key)) READERS[key](state, value, toSeconds);
  else state.rest.push([key, value]);
}

/** @param {string} value */
function readList(value) {
  return value === '' ? [] : value.split(',').map((item) => item.replaceAll('%2C', ',').replaceAll('%25', '%'));
}

/** @param {string[]} list */
function writeList(list) {
  return list.map((item) => item.replaceAll('%', '%25').replaceAll(',', '%2C')).join(',');
}

/** @param {string} value @param {(iso: string) => number | null} toSeconds @returns {[number, number] | null} */
function readRange(value, toSeconds) {
  const [from, to] = value.split('/').map(toSeconds);
  return from === null || to === null || from === undefined || to === undefined || from > to ? null : [from, to];
}

/** @param {string} text @returns {[string, number][]} */
function readSize(text) {
  const cut = text.lastIndexOf(':');
  const size = Number(text.slice(cut + 1));
  return cut > 0 && size >= 10 && size <= 2000 ? [[text.slice(0, cut), size]] : [];
}

/** @param {string} zone */
export function knownZone(zone) {
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
 * @param {[number, number] | null} [home] the range that a link without one shows; null: the whole window
 */
export function writeFragment(state, toIso, home = null) {
  const known = home && state.from === home[0] && state.to === home[1];
  /** @type {[string, string | null][]} */
  const pairs = [
    ['gap', state.gap], ['from', state.from === null || known ? null : toIso(state.from)], ['to', state.to === null || known ? null : toIso(state.to)], ['view', home && state.from === null ? WINDOW : null], ['q', state.q || null],
    ...LISTS.map((name) => /** @type {[string, string | null]} */ ([KEY_NAMES[name], state[name] && writeList(state[name] ?? [])])),
    ['zone', state.zone === 'UTC' ? null : state.zone], ['at', state.at === null ? null : toIso(state.at)], ['speed', state.speed === SPEED ? null : String(state.speed)],
    ['mark', state.mark && state.mark.map(toIso).join('/')], ['fold', state.fold.length ? writeList(state.fold) : null], ['order', state.order && writeList(state.order)],
    ['size', state.sizes.length ? writeList(state.sizes.map(([key, size]) => `${key}:${size}`)) : null], ['open', state.open.length ? writeList(state.open) : null], ...state.rest,
  ];
  const texts = pairs.flatMap(([key, value]) => (value === null ? [] : [`${key}=${encode(value)}`]));
  const first = state.fact ?? state.named;
  return [...(first ? [first] : []), ...texts].join('&');
}

/** Colons, commas and slashes read better plain and are allowed in a fragment. @param {string} value */
function encode(value) {
  return encodeURIComponent(value).replace(/%(3A|2C|2F)/g, decodeURIComponent);
}
