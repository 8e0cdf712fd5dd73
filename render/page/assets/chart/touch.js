import { zoomTo } from './chart.js';

const EVERY = 60; // ms between two drawings of a gesture
const MEANT = 8; // px from which a finger moves the range
const TOOLS = '.playhead-handle, .lane-name, .lane-edge';

/**
 * Fingers on the chart: two zoom, where they are put down stays below them; one moves a range that is
 * zoomed to. Up and down the page scrolls, as everywhere.
 * @param {HTMLElement} section @param {() => import('./chart.js').Chart} current
 */
export function listenTouch(section, current) {
  /** @type {Map<number, number>} px from the section's left side, by finger */
  const fingers = new Map();
  /** @type {{ at: number[], from: number, to: number, x: number[] } | null} */
  let held = null;
  /** @type {[number, number] | null} where the fingers lead to, until it is drawn */
  let wanted = null;
  let timer = 0;
  let drawn = 0;
  // A move that comes too soon after a drawing is drawn later, the last one too.
  const draw = () => {
    clearTimeout(timer);
    timer = 0;
    if (!wanted) return;
    drawn = performance.now();
    zoomTo(current().store, current().model, ...wanted, true);
    wanted = null;
  };
  const x = (/** @type {PointerEvent} */ event) => event.clientX - section.getBoundingClientRect().left;
  const hold = () => {
    const { geometry, view } = current();
    const places = [...fingers.values()];
    held = places.length ? { x: places, at: places.map((px) => view.from + ((px - geometry.left) / view.width) * (view.to - view.from)), from: view.from, to: view.to } : null;
  };
  section.addEventListener('pointerdown', (event) => {
    if (!fingers.size) current().gestured = false;
    if (event.pointerType !== 'touch' || fingers.size === 2 || (event.target instanceof Element && event.target.closest(TOOLS))) return;
    draw();
    fingers.set(event.pointerId, x(event));
    if (fingers.size === 2) current().gestured = true;
    hold();
  }, { capture: true });
  section.addEventListener('pointermove', (event) => {
    if (!held || !fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, x(event));
    const range = rangeBelow([...fingers.values()], held, current());
    if (!range) return;
    current().gestured = true;
    wanted = range;
    timer ||= setTimeout(draw, Math.max(0, EVERY - (performance.now() - drawn)));
  }, { capture: true });
  const lift = (/** @type {PointerEvent} */ event) => {
    if (!fingers.delete(event.pointerId)) return;
    draw();
    // The address is written once, at the end.
    if (drawn) current().store.set({});
    drawn = 0;
    hold();
  };
  section.addEventListener('pointerup', lift, { capture: true });
  section.addEventListener('pointercancel', lift, { capture: true });
}

/**
 * @param {number[]} now px @param {{ at: number[], from: number, to: number, x: number[] }} held
 * @param {import('./chart.js').Chart} chart @returns {[number, number] | null}
 */
export function rangeBelow(now, held, { geometry, view, store }) {
  if (now.length === 2) {
    const apart = now[1] - now[0];
    const scale = (held.at[1] - held.at[0]) / apart;
    if (!Number.isFinite(scale) || scale <= 0) return null;
    const from = held.at[0] - (now[0] - geometry.left) * scale;
    return [from, from + view.width * scale];
  }
  const moved = now[0] - held.x[0];
  if (store.get().from === null || Math.abs(moved) < MEANT) return null;
  const by = (moved / view.width) * (held.to - held.from);
  return [held.from - by, held.to - by];
}
