import { el } from '../ui/dom.js';
import { clockText } from '../data/instant.js';
import { ceilMillis } from '../data/replay.js';

/**
 * The playhead: a line through all lanes with a handle to drag; a slider for keyboard and screen reader.
 * @param {HTMLElement} section
 * @param {() => import('./chart.js').Chart} current
 */
export function makePlayhead(section, current) {
  const handle = el('button', { type: 'button', class: 'playhead-handle', role: 'slider', 'aria-label': 'Playhead: what could be seen at this time', 'aria-orientation': 'horizontal' });
  const line = el('div', { class: 'playhead', hidden: true }, handle);
  section.append(line);
  handle.addEventListener('pointerdown', (event) => {
    handle.setPointerCapture(event.pointerId);
    event.preventDefault();
    handle.focus();
  });
  handle.addEventListener('pointermove', (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const { geometry, view, store, model } = current();
    const x = event.clientX - section.getBoundingClientRect().left;
    const at = view.from + ((x - geometry.left) / view.width) * (view.to - view.from);
    store.set({ at: ceilMillis(Math.min(Math.max(at, view.from), Math.min(view.to, model.length))) }, true);
  });
  handle.addEventListener('pointerup', () => current().store.set({}));
  handle.addEventListener('keydown', (event) => arrow(event, current()));
  return () => putHead(current(), line, handle);
}

/** @param {KeyboardEvent} event @param {import('./chart.js').Chart} chart */
function arrow(event, { store, view, model }) {
  const by = { ArrowLeft: -0.01, ArrowRight: 0.01, PageDown: -0.1, PageUp: 0.1 }[event.key];
  if (!by) return;
  event.preventDefault();
  event.stopPropagation();
  store.set({ at: ceilMillis(Math.min(Math.max((store.get().at ?? 0) + by * (view.to - view.from), 0), model.length)) });
}

/** @param {import('./chart.js').Chart} chart @param {HTMLElement} line @param {HTMLElement} handle */
function putHead({ store, view, geometry, model }, line, handle) {
  const { at, zone } = store.get();
  line.hidden = at === null || at < view.from || at > view.to;
  if (at === null) return;
  const words = clockText(model.origin + at, zone);
  line.style.cssText = `left:${geometry.left + ((at - view.from) / (view.to - view.from)) * view.width}px;height:${geometry.height + geometry.top}px`;
  handle.textContent = words;
  for (const [name, value] of [['valuemin', 0], ['valuemax', Math.round(model.length)], ['valuenow', Math.round(at)], ['valuetext', `${words} ${zone}`]]) handle.setAttribute(`aria-${name}`, String(value));
}
