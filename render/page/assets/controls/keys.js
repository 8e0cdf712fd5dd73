import { byId } from '../ui/dom.js';
import { keysOn } from '../ui/keysetting.js';
import { shownItems, zoomBy, zoomTo } from '../chart/chart.js';
import { switchRange } from '../data/home.js';
import { markRange } from '../data/ranges.js';

/**
 * Everything by keyboard, with the keys of trace viewers.
 * @param {Model} model @param {Store} store
 * @param {{ help: () => void, close: () => boolean, theme: () => void, replay: () => void, play: () => void, step: (by: number) => boolean }} actions
 */
export function listenKeys(model, store, actions) {
  const step = (/** @type {number} */ by) => () => { if (!Number.isFinite(by) || !actions.step(by)) move(model, store, by); };
  /** @type {Record<string, () => void>} */
  const keys = {
    ',': step(-1), '.': step(1), ArrowLeft: step(-1), ArrowRight: step(1), Home: step(-Infinity), End: step(Infinity),
    w: () => zoomBy(store, model, 0.5), s: () => zoomBy(store, model, 2), a: () => zoomBy(store, model, 1, -0.25), d: () => zoomBy(store, model, 1, 0.25),
    f: () => focusFact(model, store), 0: () => switchRange(store, model), z: () => switchZone(store), t: actions.theme, p: actions.replay, ' ': actions.play, m: () => markRange(model, store), '?': actions.help,
    '/': () => { const find = /** @type {HTMLInputElement} */ (byId('find')); find.focus(); find.select(); },
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') return actions.close() ? event.preventDefault() : escape(event, store);
    // Space presses the button that has the focus; everywhere else it plays.
    if (event.key === ' ' && event.target instanceof Element && event.target.closest('button, a, [role="slider"]')) return;
    if (event.key.length === 1 && !keysOn()) return;
    if (isField(event.target) || document.querySelector('dialog[open]')) return;
    const inTable = event.target instanceof Element && event.target.closest('#table');
    const then = inTable && event.key === 'ArrowUp' ? step(-1) : inTable && event.key === 'ArrowDown' ? step(1) : keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!then) return;
    event.preventDefault();
    then();
    if (inTable) /** @type {HTMLElement | null} */ (document.querySelector('tr[aria-selected="true"]'))?.focus({ preventScroll: true });
  });
}

/** @param {EventTarget | null} target */
function isField(target) {
  return target instanceof Element && target.matches('input, select, textarea, summary');
}

/** First leave the field, then what is chosen. @param {KeyboardEvent} event @param {Store} store */
function escape(event, store) {
  if (document.querySelector('dialog[open]')) return;
  const active = document.activeElement;
  if (active instanceof HTMLInputElement && active.id === 'find') {
    if (store.get().q) store.set({ q: '' });
    active.blur();
  } else store.set({ fact: null, gap: null, named: null });
  event.preventDefault();
}

/**
 * The fact that many shown facts on; without a chosen one, the first or the last.
 * @param {Model} model @param {Store} store @param {number} by
 */
export function move(model, store, by) {
  const items = shownItems(model, store.get());
  if (!items.length) return;
  const chosen = store.get().fact;
  const current = chosen ? model.byId.get(chosen) : undefined;
  const at = items.findIndex((item) => item === current);
  // What is chosen may be filtered out: go on from where it would stand.
  const next = at >= 0 ? at + by : current ? items.findIndex((item) => item.index > current.index) + (by < 0 ? -1 : 0) : by > 0 ? (by === Infinity ? by : 0) : by === -Infinity ? 0 : items.length - 1;
  store.set({ fact: items[Math.min(Math.max(next, 0), items.length - 1)].id, gap: null });
}

/** @param {Model} model @param {Store} store */
function focusFact(model, store) {
  const item = model.byId.get(store.get().fact ?? '');
  if (!item) return;
  const width = Math.max((item.to - Math.max(item.from, 0)) * 6, Math.min(300, model.length));
  const middle = (Math.max(item.from, 0) + item.to) / 2;
  zoomTo(store, model, middle - width / 2, middle + width / 2);
}

/** @param {Store} store */
function switchZone(store) {
  store.set({ zone: store.get().zone === 'UTC' ? Intl.DateTimeFormat().resolvedOptions().timeZone : 'UTC' });
}
