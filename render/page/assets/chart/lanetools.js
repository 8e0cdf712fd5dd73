import { closing, el, seamed } from '../ui/dom.js';
import { peakWords } from './crosshair.js';
import { isFolded, placeLanes, refolded } from './lanes.js';

const STEP = 24; // px that a lane grows by from the menu
const LOWEST = 28; // px
const DRAGGED = 5; // px from which a press is a drag

/** @param {Store} store @param {string} key */
function fold(store, key) {
  store.set({ fold: refolded(key, store.get()) });
}

/** Put a lane before another, or last. @param {Store} store @param {string[]} keys as they stand @param {string} key @param {number} to */
function putAt(store, keys, key, to) {
  const rest = keys.filter((one) => one !== key);
  rest.splice(Math.min(Math.max(to, 0), rest.length), 0, key);
  store.set({ order: rest });
}

/** @param {Store} store @param {string} key @param {number} height px at type of 16 px */
function resize(store, key, height) {
  const sizes = store.get().sizes.filter(([one]) => one !== key);
  store.set({ sizes: [...sizes, [key, Math.round(Math.min(Math.max(height, LOWEST), 1200))]], fold: isFolded(key, store.get()) ? refolded(key, store.get()) : store.get().fold });
}

/**
 * Lanes by mouse and finger: a click on a name folds, a drag of it moves, a drag of the lower edge resizes.
 * @param {HTMLElement} over
 * @param {() => import('./chart.js').Chart} current
 */
export function makeLaneHandles(over, current) {
  over.addEventListener('pointerdown', (event) => {
    const target = event.target instanceof Element ? event.target.closest('[data-lane]') : null;
    const key = target instanceof HTMLElement ? target.dataset.lane : undefined;
    if (!target || !key || event.button !== 0) return;
    event.preventDefault();
    const edge = target.classList.contains('lane-edge');
    follow(event, (moved) => {
      if (edge) return resizeBy(current(), key, moved);
      if (Math.abs(moved) >= DRAGGED) moveBy(current(), key, moved);
      else fold(current().store, key);
    }, edge ? 'resizing' : 'moving');
  });
}

/** @param {PointerEvent} start @param {(moved: number) => void} done @param {string} look */
function follow(start, done, look) {
  const line = el('div', { class: `drag-line ${look}`, style: `top:${start.clientY}px` });
  const stop = new AbortController();
  window.addEventListener('pointermove', (event) => {
    if (!line.isConnected && Math.abs(event.clientY - start.clientY) >= DRAGGED) document.body.append(line);
    line.style.top = `${event.clientY}px`;
  }, { signal: stop.signal });
  const end = (/** @type {PointerEvent} */ event) => {
    stop.abort();
    line.remove();
    if (event.type === 'pointerup') done(event.clientY - start.clientY);
  };
  window.addEventListener('pointerup', end, { signal: stop.signal });
  window.addEventListener('pointercancel', end, { signal: stop.signal });
}

/** @param {import('./chart.js').Chart} chart @param {string} key @param {number} moved */
function resizeBy({ geometry, store }, key, moved) {
  const lane = geometry.lanes.find((one) => one.key === key);
  if (lane && Math.abs(moved) >= 2) resize(store, key, (lane.height - lane.rows.length * lane.above + moved) / geometry.scale);
}

/** @param {import('./chart.js').Chart} chart @param {string} key @param {number} moved */
function moveBy({ geometry, store }, key, moved) {
  const lane = geometry.lanes.find((one) => one.key === key);
  if (!lane) return;
  const middle = lane.top + lane.height / 2 + moved;
  const others = geometry.lanes.filter((one) => one !== lane);
  putAt(store, geometry.lanes.map((one) => one.key), key, others.filter((one) => one.top + one.height / 2 < middle).length);
}

/**
 * The same by keyboard: a list of the lanes with buttons.
 * @param {Model} model @param {Store} store
 */
export function makeLaneMenu(model, store) {
  const list = el('div', { class: 'menu-list lane-list' });
  const node = el('details', { class: 'menu' }, el('summary', {}, 'lanes'), list);
  const update = () => {
    if (!node.open) return;
    const state = store.get();
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.does : undefined;
    const lanes = placeLanes(model, model.items, { ...state, lanes: null, sources: null }, Infinity, 1).lanes;
    const keys = lanes.map((lane) => lane.key);
    const reset = el('button', { type: 'button', class: 'small', 'data-does': 'reset', on: { click: () => store.set({ fold: [], order: null, sizes: [], open: [] }) } }, 'as they were');
    list.replaceChildren(reset, ...lanes.map((lane, index) => laneRow(lane, index, keys, model, store)));
    if (focused) /** @type {HTMLElement | null} */ (list.querySelector(`[data-does="${CSS.escape(focused)}"]`))?.focus();
  };
  node.addEventListener('toggle', update);
  closing(node);
  return { node, update };
}

/** @param {Lane} lane @param {number} index @param {string[]} keys @param {Model} model @param {Store} store */
function laneRow(lane, index, keys, model, store) {
  const state = store.get();
  const folded = isFolded(lane.key, state);
  const button = (/** @type {string} */ sign, /** @type {string} */ what, /** @type {() => void} */ then, off = false) => el('button', { type: 'button', class: 'small', disabled: off, 'data-does': `${what} ${lane.key}`, 'aria-label': `${what} ${lane.title}`, title: what, on: { click: then } }, sign);
  return el('div', { class: 'lane-row' },
    el('span', { dir: 'auto' }, ...seamed(lane.title), el('small', {}, [lane.panel && peakWords(lane.panel, model, state), lane.note].filter(Boolean).map((one) => ` · ${one}`).join(''))),
    el('button', { type: 'button', class: 'small', 'data-does': `fold ${lane.key}`, 'aria-expanded': String(!folded), 'aria-label': `Lane ${lane.title}`, title: folded ? 'unfold' : 'fold', on: { click: () => fold(store, lane.key) } }, folded ? '▸' : '▾'),
    button('↑', 'move up', () => putAt(store, keys, lane.key, index - 1), index === 0), button('↓', 'move down', () => putAt(store, keys, lane.key, index + 1), index === keys.length - 1),
    button('−', 'make lower', () => resize(store, lane.key, lane.height - STEP), folded), button('+', 'make higher', () => resize(store, lane.key, lane.height + STEP), folded));
}
