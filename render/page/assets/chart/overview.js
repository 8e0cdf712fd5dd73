import { byId, el } from '../ui/dom.js';
import { axisTicks } from './axis.js';
import { zoomTo } from './chart.js';

const RAIL = 7; // px: the whole window, and what of it is shown
const HEIGHT = 16; // px of the columns below it
const AXIS = 15; // px of the times below these
const BIN = 4; // px
const SVG_NAMES = 'http://www.w3.org/2000/svg';

/**
 * How many facts there are when, over the chart and on its time axis; above it the whole window as a rail with
 * the range as a brush. Both can be dragged.
 * @param {Model} model
 * @param {Store} store
 */
export function makeOverview(model, store) {
  const section = byId('overview');
  const brush = el('div', { class: 'brush', 'aria-hidden': 'true' });
  const line = el('div', { class: 'overview-head', hidden: true, 'aria-hidden': 'true' });
  /** @type {{ left: number, view: View }} */
  const place = { left: 0, view: { from: 0, to: model.length, width: 1 } };
  drag(section, place, model, store);
  const head = () => {
    const { at } = store.get();
    const { left, view } = place;
    line.hidden = at === null || at < view.from || at > view.to;
    line.style.left = `${left + (((at ?? 0) - view.from) / (view.to - view.from)) * view.width}px`;
  };
  return {
    head,
    /** @param {Item[]} items the selection @param {Geometry} geometry @param {View} view */
    draw: (items, geometry, view) => {
      Object.assign(place, { left: geometry.left, view });
      section.replaceChildren(picture(model, store, items, place, geometry), brush, line);
      brush.style.left = `${place.left + (view.from / model.length) * view.width}px`;
      brush.style.width = `${Math.max(((view.to - view.from) / model.length) * view.width, 4)}px`;
      head();
    },
  };
}

/** @param {Model} model @param {Store} store @param {Item[]} items @param {{ left: number, view: View }} place @param {Geometry} geometry */
function picture(model, store, items, { left, view }, geometry) {
  const scale = geometry.scale;
  const [rail, height, axis] = [RAIL * scale, HEIGHT * scale, AXIS * scale];
  const svg = shape('svg', { width: left + view.width + geometry.right, height: rail + height + axis, role: 'img', 'aria-label': 'Number of facts over time; above, the part of the whole window that is shown' });
  const until = model.drill ? store.get().at ?? 0 : Infinity;
  const whole = view.width / model.length;
  svg.append(shape('rect', { x: left, y: rail / 2 - 1, width: view.width, height: 2, class: 'rail' }));
  for (const { from, to } of model.gaps.filter((gap) => gap.from <= until)) svg.append(shape('rect', { x: left + from * whole, y: 1, width: Math.max((to - from) * whole, 2), height: rail - 2, class: 'gap' }));
  const columns = bins(items, view);
  const most = Math.max(...columns.map(([n]) => n), 1);
  columns.forEach(([count, lane], index) => {
    const tall = count ? 3 + (Math.sqrt(count) / Math.sqrt(most)) * (height - 6) : 0;
    if (tall) svg.append(shape('rect', { x: left + index * BIN, y: rail + height - tall, width: BIN - 1, height: tall, class: `lane-${lane}` }));
  });
  const ends = left + view.width;
  for (const { at, text, day } of axisTicks(model, view, store.get().zone, scale)) {
    const x = left + ((at - model.origin - view.from) / (view.to - view.from)) * view.width;
    svg.append(shape('line', { x1: x, x2: x, y1: rail + height - 2 * scale, y2: rail + height + 2 * scale, class: 'tick' }));
    // A date before its first time, where there is room for it.
    const room = Math.min(x - left + 20, ends - x + 20);
    if (room > 18 * scale) svg.append(shape('text', { x, y: rail + height + axis - 3 * scale, 'text-anchor': 'middle', class: day ? 'day' : '' }, day && x + 60 * scale < ends && x - 60 * scale > left - 50 * scale ? `${day.slice(5)} ${text}` : text));
  }
  return svg;
}

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} [text] */
function shape(name, attributes, text) {
  const node = document.createElementNS(SVG_NAMES, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  if (text) node.textContent = text;
  return node;
}

/**
 * Facts per column of what is in view, and the lane that has most of them there.
 * @param {Item[]} items @param {View} view
 * @returns {[number, string][]}
 */
export function bins(items, { from, to, width }) {
  const columns = Array.from({ length: Math.ceil(width / BIN) }, () => /** @type {Record<string, number>} */ ({}));
  for (const item of items) {
    if (item.to < from || item.to > to) continue;
    const column = columns[Math.min(Math.floor(((item.to - from) / (to - from)) * columns.length), columns.length - 1)];
    column[item.lane] = (column[item.lane] ?? 0) + 1;
  }
  return columns.map((column) => {
    const [lane = ''] = Object.keys(column).sort((a, b) => column[b] - column[a]);
    return [Object.values(column).reduce((sum, n) => sum + n, 0), lane];
  });
}

/**
 * Drag a range: of the whole window on the rail, of what is shown below it; a click moves the range there, a
 * double click is the whole window.
 * @param {HTMLElement} section @param {{ left: number, view: View }} place @param {Model} model @param {Store} store
 */
function drag(section, place, model, store) {
  const railed = (/** @type {PointerEvent} */ event) => event.clientY - section.getBoundingClientRect().top < RAIL * 2;
  /** @type {{ at: number, whole: boolean, x: number, range: View } | null} */
  let start = null;
  const at = (/** @type {PointerEvent} */ event, /** @type {boolean} */ whole, /** @type {View} */ range) => {
    const share = Math.min(Math.max((event.clientX - section.getBoundingClientRect().left - place.left) / range.width, 0), 1);
    return whole ? share * model.length : range.from + share * (range.to - range.from);
  };
  const band = el('div', { class: 'brush drawn', hidden: true, 'aria-hidden': 'true' });
  section.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    const whole = railed(event);
    start = { at: at(event, whole, place.view), whole, x: event.clientX, range: place.view };
    section.setPointerCapture(event.pointerId);
    section.append(band);
  });
  section.addEventListener('pointermove', (event) => {
    if (!start) return;
    const box = section.getBoundingClientRect();
    const [left, right] = [start.x - box.left, event.clientX - box.left].sort((a, b) => a - b);
    band.hidden = right - left < 3;
    band.style.cssText = `left:${left}px;width:${right - left}px`;
  });
  section.addEventListener('pointerup', (event) => {
    if (!start) return;
    const { whole, range } = start;
    const [from, to] = [start.at, at(event, whole, range)].sort((a, b) => a - b);
    const moved = Math.abs(event.clientX - start.x);
    start = null;
    band.remove();
    const width = range.to - range.from;
    if (moved > 5) zoomTo(store, model, from, to);
    else if (whole && store.get().from !== null) zoomTo(store, model, from - width / 2, from + width / 2);
  });
  section.addEventListener('dblclick', () => store.set({ from: null, to: null }));
}
