import { byId, el } from '../ui/dom.js';
import { ticks } from '../data/instant.js';
import { zoomTo } from './chart.js';

const HEIGHT = 34;
const BIN = 4; // px
const SVG_NAMES = 'http://www.w3.org/2000/svg';

/**
 * The whole window: how many facts there are when, gaps, and the range as a brush.
 * @param {Model} model
 * @param {Store} store
 */
export function makeOverview(model, store) {
  const section = byId('overview');
  const brush = el('div', { class: 'brush', hidden: true, 'aria-hidden': 'true' });
  const line = el('div', { class: 'overview-head', hidden: true, 'aria-hidden': 'true' });
  drag(section, brush, model, store);
  const head = () => {
    const { at } = store.get();
    line.hidden = at === null;
    line.style.left = `${((at ?? 0) / model.length) * 100}%`;
  };
  return { head, draw: (/** @type {Item[]} */ items) => { draw(section, brush, model, store, items); section.append(line); head(); } };
}

/** @param {HTMLElement} section @param {HTMLElement} brush @param {Model} model @param {Store} store @param {Item[]} items */
function draw(section, brush, model, store, items) {
  const width = Math.max(section.clientWidth, 100);
  const svg = shape('svg', { width, height: HEIGHT + 18, role: 'img', 'aria-label': 'Number of facts over the whole window' });
  const scale = width / model.length;
  const until = model.drill ? store.get().at ?? 0 : Infinity;
  for (const { from, to } of model.gaps.filter((gap) => gap.from <= until)) svg.append(shape('rect', { x: from * scale, y: HEIGHT - 4, width: Math.max((to - from) * scale, 2), height: 4, class: 'gap' }));
  bins(items, width, model.length).forEach(([count, lane], index, all) => {
    const most = Math.max(...all.map(([n]) => n), 1);
    const tall = count ? 3 + (Math.sqrt(count) / Math.sqrt(most)) * (HEIGHT - 10) : 0;
    if (tall) svg.append(shape('rect', { x: index * BIN, y: HEIGHT - tall - 4, width: BIN - 1, height: tall, class: `lane-${lane}` }));
  });
  for (const { at, text } of ticks(model.origin, model.origin + model.length, Math.floor(width / 90), store.get().zone)) {
    const x = (at - model.origin) * scale;
    if (x < width - 30 && x > 4) svg.append(shape('text', { x, y: HEIGHT + 14, 'text-anchor': 'middle' }, text));
  }
  const { from, to } = store.get();
  brush.hidden = from === null;
  brush.style.left = `${(from ?? 0) * scale}px`;
  brush.style.width = `${Math.max(((to ?? model.length) - (from ?? 0)) * scale, 3)}px`;
  section.replaceChildren(svg, brush);
}

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} [text] */
function shape(name, attributes, text) {
  const node = document.createElementNS(SVG_NAMES, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  if (text) node.textContent = text;
  return node;
}

/**
 * Facts per column, and the lane that has most of them there.
 * @param {Item[]} items @param {number} width @param {number} length
 * @returns {[number, string][]}
 */
export function bins(items, width, length) {
  const columns = Array.from({ length: Math.ceil(width / BIN) }, () => /** @type {Record<string, number>} */ ({}));
  for (const item of items) {
    const at = Math.min(Math.max(item.to, 0), length);
    const column = columns[Math.min(Math.floor((at / length) * columns.length), columns.length - 1)];
    column[item.lane] = (column[item.lane] ?? 0) + 1;
  }
  return columns.map((column) => {
    const [lane = ''] = Object.keys(column).sort((a, b) => column[b] - column[a]);
    return [Object.values(column).reduce((sum, n) => sum + n, 0), lane];
  });
}

/** Drag a range; a click inside the brush moves it there, a double click ends the zoom. @param {HTMLElement} section @param {HTMLElement} brush @param {Model} model @param {Store} store */
function drag(section, brush, model, store) {
  const at = (/** @type {PointerEvent} */ event) => {
    const box = section.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * model.length;
  };
  let start = NaN;
  section.addEventListener('pointerdown', (event) => {
    start = at(event);
    section.setPointerCapture(event.pointerId);
  });
  section.addEventListener('pointermove', (event) => {
    if (Number.isNaN(start)) return;
    const [from, to] = [start, at(event)].sort((a, b) => a - b);
    brush.hidden = false;
    brush.style.left = `${(from / model.length) * 100}%`;
    brush.style.width = `${((to - from) / model.length) * 100}%`;
  });
  section.addEventListener('pointerup', (event) => {
    const [from, to] = [start, at(event)].sort((a, b) => a - b);
    start = NaN;
    const state = store.get();
    const width = (state.to ?? model.length) - (state.from ?? 0);
    if (to - from > model.length / 200) zoomTo(store, model, from, to);
    else if (state.from !== null) zoomTo(store, model, from - width / 2, from + width / 2);
  });
  section.addEventListener('dblclick', () => store.set({ from: null, to: null }));
}
