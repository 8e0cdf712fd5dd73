import { byId, el } from '../ui/dom.js';
import { dateText, readInstant } from '../data/instant.js';
import { factRow, gapRow } from './rows.js';
import { standing } from '../data/replay.js';
import { count } from '../data/words.js';

const CHUNK = 100; // rows that are made together when they come into sight
const WHOLE = 600; // up to here all rows are there: the browser's own search finds everything
const ROW_HEIGHT = 44; // px, a guess for rows that are not made yet

/** @typedef {{ item?: Item, gap?: GapItem, day?: string, at: number, within?: boolean }} Line */

/** @param {Model} model @param {Store} store */
export function makeTable(model, store) {
  const section = byId('table');
  const grid = el('table', { role: 'grid', 'aria-label': 'Facts in order of time' });
  section.append(grid);
  /** @type {IntersectionObserver | null} */
  let watcher = null;
  /** @type {Map<HTMLElement, Line[]>} */
  let chunks = new Map();
  const make = (/** @type {HTMLElement} */ body) => {
    const lines = chunks.get(body);
    if (!lines || body.dataset.made) return;
    body.dataset.made = 'yes';
    body.replaceChildren(...lines.map((line) => row(line, model, store)));
    mark(body, store.get());
  };
  const draw = (/** @type {Item[]} */ items, /** @type {GapItem[]} */ gaps) => {
    watcher?.disconnect();
    const lines = linesOf(items, gaps, model, store.get().zone);
    chunks = new Map(chunked(lines).map((part) => [el('tbody', {}, spacer(part.length)), part]));
    grid.replaceChildren(head(store.get().zone), ...chunks.keys());
    grid.setAttribute('aria-rowcount', String(lines.length + 1));
    // Gaps stay in sight whatever is looked for: blank is not quiet.
    if (!items.length) grid.append(el('tbody', {}, el('tr', {}, el('td', { colspan: 3, class: 'none' }, model.items.length ? 'No fact matches the filter.' : 'There is no fact in this timeline.'))));
    if (lines.length <= WHOLE) [...chunks.keys()].forEach(make);
    else watcher = watch(section, [...chunks.keys()], make);
  };
  const choose = (/** @type {State} */ state, /** @type {boolean} */ scroll) => {
    const found = [...chunks].find(([, lines]) => lines.some((line) => (state.fact && line.item?.fact.id === state.fact) || (state.gap && line.gap?.gap.id === state.gap)));
    if (found) make(found[0]);
    mark(grid, state);
    if (scroll) scrollTo(section, grid.querySelector('tr[aria-selected="true"]'));
  };
  const whole = () => [...chunks.keys()].forEach(make);
  /** How each row stands at the playhead. @param {number | null} at */
  const stand = (at) => {
    for (const tr of /** @type {NodeListOf<HTMLElement>} */ (grid.querySelectorAll('tr[data-fact]'))) {
      const item = model.byId.get(tr.dataset.fact ?? '');
      if (item) tr.dataset.standing = standing(item, at);
    }
  };
  return { draw, choose, whole, stand };
}

/** @param {string} zone */
function head(zone) {
  return el('thead', {}, el('tr', {}, ...[`time (${zone})`, 'event', 'data link'].map((name) => el('th', {}, name))));
}

/** @param {number} rows */
function spacer(rows) {
  return el('tr', { class: 'spacer', 'aria-hidden': 'true' }, el('td', { colspan: 3, style: `height:${rows * ROW_HEIGHT}px` }));
}

/** Make rows a screen before they are seen. @param {HTMLElement} root @param {HTMLElement[]} bodies @param {(body: HTMLElement) => void} make */
function watch(root, bodies, make) {
  const scrolls = getComputedStyle(root).overflowY === 'auto';
  const watcher = new IntersectionObserver((seen) => seen.filter((one) => one.isIntersecting).forEach((one) => make(/** @type {HTMLElement} */ (one.target))), { root: scrolls ? root : null, rootMargin: '800px' });
  bodies.forEach((body) => watcher.observe(body));
  return watcher;
}

/** @param {Line[]} lines */
function chunked(lines) {
  const parts = [];
  for (let at = 0; at < lines.length; at += CHUNK) parts.push(lines.slice(at, at + CHUNK));
  return parts;
}

/**
 * Facts in display order, a gap where it begins, the date where the day changes.
 * @param {Item[]} items @param {GapItem[]} gaps @param {Model} model @param {string} zone
 * @returns {Line[]}
 */
export function linesOf(items, gaps, model, zone) {
  /** @type {Line[]} */
  const lines = items.map((item) => ({ item, at: item.from }));
  const starts = [...gaps].sort((a, b) => a.from - b.from);
  for (let index = lines.length - 1, rest = starts.length - 1; rest >= 0; ) {
    if (index >= 0 && lines[index].at > starts[rest].from) index -= 1;
    else lines.splice(index + 1, 0, { gap: starts[rest], at: starts[rest--].from });
  }
  return lines.flatMap((line, index) => {
    if (line.gap) line.within = sameGroup(lines, index);
    const day = lineDay(line, model, zone);
    return index === 0 || day !== lineDay(lines[index - 1], model, zone) ? [{ day, at: line.at }, line] : [line];
  });
}

/** A gap that begins among facts of undetermined order does not break their bracket. @param {Line[]} lines @param {number} index */
function sameGroup(lines, index) {
  const before = lines.slice(0, index).reverse().find((line) => line.item)?.item;
  const after = lines.slice(index + 1).find((line) => line.item)?.item;
  return Boolean(before && after && before.group >= 0 && before.group === after.group);
}

/** @param {Line} line @param {Model} model @param {string} zone */
function lineDay(line, model, zone) {
  const iso = line.gap?.gap.start ?? line.item?.fact.earliest ?? line.item?.fact.latest ?? model.data.window.start;
  return dateText(readInstant(iso).seconds, zone);
}

/** @param {Line} line @param {Model} model @param {Store} store */
function row(line, model, store) {
  if (line.item) return factRow(line.item, model, store);
  if (line.gap) return gapRow(line.gap, line.within ?? false, store);
  return el('tr', { class: 'day' }, el('th', { colspan: 3, scope: 'rowgroup' }, line.day));
}

/** @param {HTMLElement} within @param {State} state */
function mark(within, state) {
  for (const old of within.querySelectorAll('tr[aria-selected="true"]')) {
    old.setAttribute('aria-selected', 'false');
    old.setAttribute('tabindex', '-1');
  }
  const now = state.fact ? `tr[data-fact="${CSS.escape(state.fact)}"]` : state.gap ? `tr[data-gap="${CSS.escape(state.gap)}"]` : null;
  const chosen = now && within.querySelector(now);
  if (chosen) {
    chosen.setAttribute('aria-selected', 'true');
    chosen.setAttribute('tabindex', '0');
  }
}

/** Only the table scrolls, where it can: the chart stays in sight. @param {HTMLElement} section @param {Element | null} row */
function scrollTo(section, row) {
  if (!row || section.scrollHeight <= section.clientHeight) return;
  const [box, own] = [section.getBoundingClientRect(), row.getBoundingClientRect()];
  if (own.top < box.top + 40 || own.bottom > box.bottom) section.scrollTop += own.top - box.top - box.height / 3;
}

/** @param {number} all @param {number} shown */
export function countWords(all, shown) {
  return shown === all ? count(all, 'fact') : `${count(all, 'fact')}, ${shown.toLocaleString('en-US')} shown`;
}
