import { kindWords, thousands } from '../data/words.js';
import { clockText } from '../data/instant.js';
import { byId, el, statementOf } from './dom.js';

const DATA = 'script[type="application/octet-stream"]';
const OURS = new Set(['application', 'plotly']); // what runs, and is not data
const NAME = /^[\w-]{1,80}$/;
const NEWEST = 3; // new facts that the notice names

/** Put the data of another build in the place of this one's. @param {Record<string, string>} blocks by the ids of their scripts */
export function putBlocks(blocks) {
  const old = /** @type {NodeListOf<HTMLScriptElement>} */ (document.querySelectorAll(DATA));
  for (const node of old) if (!OURS.has(node.id) && !Object.hasOwn(blocks, node.id)) node.remove();
  for (const [id, text] of Object.entries(blocks)) {
    if (OURS.has(id)) continue;
    const node = document.getElementById(id) ?? document.body.appendChild(el('script', { type: 'application/octet-stream', id }));
    node.textContent = text;
  }
}

/** Tells whether a message holds data of a page. @param {any} blocks @returns {blocks is Record<string, string>} */
export function areBlocks(blocks) {
  return Boolean(blocks) && typeof blocks.data === 'string' && Object.entries(blocks).every(([id, text]) => NAME.test(id) && typeof text === 'string');
}

/**
 * Draw anew without moving the rows in sight: rows that came before them push nothing.
 * @param {() => void} change
 */
export function keepPlace(change) {
  const section = byId('table');
  const [top, scrolled] = [Math.max(section.getBoundingClientRect().top, 0), section.scrollTop];
  const rows = () => /** @type {HTMLElement[]} */ ([...section.querySelectorAll('tr[data-fact]')]);
  const anchor = rows().find((row) => row.getBoundingClientRect().bottom > top + 1);
  const [fact, before] = [anchor?.dataset.fact, anchor?.getBoundingClientRect().top ?? 0];
  const focused = /** @type {HTMLElement | null} */ (document.activeElement?.closest('tr[data-fact]'))?.dataset.fact;
  change();
  section.scrollTop = scrolled;
  const now = fact ? rows().find((row) => row.dataset.fact === fact) : undefined;
  if (now) shiftRows(section, now.getBoundingClientRect().top - before);
  if (focused) rows().find((row) => row.dataset.fact === focused)?.focus({ preventScroll: true });
}

/** @param {HTMLElement} section @param {number} by px */
function shiftRows(section, by) {
  if (Math.abs(by) < 1) return;
  const from = section.scrollTop;
  section.scrollTop += by;
  const left = by - (section.scrollTop - from);
  if (Math.abs(left) >= 1 && section.scrollTop === from) window.scrollBy(0, left);
}

/**
 * Say what came with a build, until it is read: nothing else moves. `model` holds what there was; what is returned marks and names what there is.
 * @param {Model} model @param {Store} store
 */
export function makeNews(model, store) {
  const node = el('div', { id: 'news', role: 'status', 'aria-live': 'polite', hidden: true });
  document.body.append(node);
  /** @type {Item[]} not read yet */
  let fresh = [];
  const close = () => {
    fresh = [];
    node.hidden = true;
    mark();
  };
  const mark = () => {
    const ids = new Set(fresh.map((item) => item.id));
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('#table tr[data-fact]'))) row.classList.toggle('fresh', ids.has(row.dataset.fact ?? ''));
  };
  const show = () => {
    const [first] = fresh;
    const { from, to } = store.get();
    const inside = (from === null || first.to >= from) && (to === null || first.from <= to);
    store.set({ fact: first.id, gap: null, ...(inside ? {} : { from: null, to: null }) });
    close();
  };
  const said = (/** @type {Item} */ item) => {
    const row = model.rows.at(item);
    const words = (item.kind.startsWith('chat.') ? row?.quote?.text : null) ?? (row ? statementOf(row).replaceAll('`', '') : kindWords(item, model));
    return el('li', {}, el('span', { class: 'time' }, clockText(model.origin + item.to, store.get().zone)), ' ', el('span', { dir: 'auto' }, words));
  };
  const draw = () => {
    mark();
    node.hidden = !fresh.length;
    if (!fresh.length) return;
    const more = fresh.length - NEWEST;
    node.replaceChildren(
      el('b', {}, `${thousands(fresh.length)} new ${fresh.length === 1 ? 'fact' : 'facts'}`),
      el('ul', {}, ...fresh.slice(-NEWEST).map(said), more > 0 && el('li', {}, `and ${thousands(more)} before`)),
      el('button', { type: 'button', class: 'small', on: { click: show } }, 'show'), el('button', { type: 'button', class: 'small', 'aria-label': 'Close the list of new facts', on: { click: close } }, 'close'));
  };
  return {
    draw,
    /** @param {Set<string>} known ids of the build before; those of what is not read yet stay new */
    since: (known) => {
      const unread = new Set(fresh.map((item) => item.id));
      fresh = model.items.filter((item) => !known.has(item.id) || unread.has(item.id));
      return model.items.filter((item) => !known.has(item.id)).length;
    },
  };
}
