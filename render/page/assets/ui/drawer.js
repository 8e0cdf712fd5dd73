import { byId } from './dom.js';

const LEAST_HEIGHT = 96; // px
const KEY_STEP = 32; // px a key

/**
 * The detail below the table: there while something is chosen or played, as high as its edge is dragged.
 * @returns {{ show: (open: boolean) => void }}
 */
export function makeDrawer() {
  const [beside, edge, side] = [byId('beside'), byId('drawer-edge'), byId('side')];
  const most = () => Math.max(beside.clientHeight - LEAST_HEIGHT, LEAST_HEIGHT);
  const set = (/** @type {number} */ height) => {
    const kept = Math.round(Math.min(Math.max(height, LEAST_HEIGHT), most()));
    beside.style.setProperty('--drawer', `${kept}px`);
    tell(kept);
  };
  const tell = (/** @type {number} */ now) => {
    for (const [name, value] of [['now', now], ['min', LEAST_HEIGHT], ['max', most()], ['text', `${now} pixels`]]) edge.setAttribute(`aria-value${name}`, String(value));
  };
  edge.addEventListener('pointerdown', (event) => {
    edge.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  edge.addEventListener('pointermove', (event) => {
    if (edge.hasPointerCapture(event.pointerId)) set(beside.getBoundingClientRect().bottom - event.clientY);
  });
  edge.addEventListener('keydown', (event) => {
    const by = { ArrowUp: KEY_STEP, ArrowDown: -KEY_STEP }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    set(side.clientHeight + by);
  });
  return {
    show: (open) => {
      beside.classList.toggle('closed', !open);
      edge.hidden = !open;
      if (open) tell(side.clientHeight);
    },
  };
}
