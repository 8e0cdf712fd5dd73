import { byId, el } from '../ui/dom.js';
import { factRow, gapRow, noteRow } from './rows.js';
import { foldedRows, linesOf, placesOf } from './lines.js';
import { rangeCopies } from '../ui/copying.js';
import { makeSight } from './sight.js';
import { markNoted } from '../ui/noted.js';
import { standing } from '../data/replay.js';
import { count, thousands } from '../data/words.js';

const CHUNK = 50; // rows that are made together when they come into sight
const WHOLE = 600; // up to here all rows are there: the browser's own search finds everything
const PRINTED = 10_000; // rows that a print holds at most

/** @typedef {import('./lines.js').Line} Line */

/** @param {Model} model @param {Store} store */
export function makeTable(model, store) {
  const section = byId('table');
  const grid = el('table', { role: 'grid', 'aria-label': 'Facts in order of time' });
  section.append(grid);
  const copies = rangeCopies(model, store);
  /** @type {Line[]} */
  let lines = [];
  let places = new Int32Array(0);
  const parts = () => Math.ceil(lines.length / CHUNK);
  const sight = makeSight(section, grid, (part) => {
    const body = el('tbody', {}, ...lines.slice(part * CHUNK, (part + 1) * CHUNK).map((line, place) => made(line, part * CHUNK + place)));
    mark(body, store.get());
    return body;
  }, (height) => el('tbody', { class: 'space' }, el('tr', { class: 'spacer', 'aria-hidden': 'true' }, el('td', { colspan: 3, style: `height:${height}px` }))));
  const see = () => (lines.length <= WHOLE ? sight.all(Array(parts()).keys()) : sight.update());
  const isFramed = window.parent !== window; // by a review, which cites and notes each record by itself
  /** Events of which all records have a row, by the id of the first. @type {Set<string>} */
  const unfolded = new Set();
  /** @type {Map<Item, Item[]>} */
  let also = new Map();
  /** @type {[Item[], (GapItem | NoteItem)[], boolean]} */
  let drawn = [[], [], false];
  let printing = false;
  const made = (/** @type {Line} */ line, /** @type {number} */ place) => row(line, place, model, store, 'index' in line ? unfolding(line, also.get(line), unfolded, () => { draw(...drawn); choose(store.get(), false); /** @type {HTMLElement | null} */ (grid.querySelector(`tr[data-fact="${CSS.escape(line.id)}"] .unfold`))?.focus(); }) : null, 'index' in line && !unfolded.has(line.id) ? also.get(line) : undefined);
  const draw = (/** @type {Item[]} */ items, /** @type {(GapItem | NoteItem)[]} */ spans, /** @type {boolean} */ reading) => {
    drawn = [items, spans, reading];
    // What is looked for is found in a row of its own, and a sheet has no button.
    const folded = foldedRows(items, (main) => isFramed || printing || store.get().q !== '' || unfolded.has(main.id));
    also = folded.also;
    lines = linesOf(folded.shown, spans, model, store.get().zone);
    places = placesOf(lines, model.items.length);
    sight.reset(parts(), Math.min(CHUNK, lines.length));
    // Gaps stay in sight whatever is looked for: blank is not quiet.
    const none = items.length ? [] : [el('tbody', {}, el('tr', {}, el('td', { colspan: 3, class: 'none' }, reading ? 'reading …' : model.items.length ? 'No fact matches the filter.' : 'There is no fact in this timeline.')))];
    grid.replaceChildren(head(store.get().zone, items, folded.shown.length, model, copies), ...none);
    grid.setAttribute('aria-rowcount', String(lines.length + 1));
    see();
  };
  /** The first row in a marked range; where none is, the next after it. @param {[number, number]} mark */
  const markedPlace = ([from, to]) => {
    const ended = lines.findIndex((line) => 'index' in line && line.to >= from && (line.from === -Infinity ? line.to : line.from) <= to);
    return ended >= 0 ? ended : lines.findIndex((line) => 'index' in line && line.to >= from);
  };
  const placeOf = (/** @type {State} */ { fact, gap }) => {
    const item = fact ? model.byId.get(fact) : undefined;
    return item ? places[item.index] ?? -1 : gap ? lines.findIndex((line) => 'gap' in line && line.gap.gap.id === gap) : -1;
  };
  const choose = (/** @type {State} */ state, /** @type {boolean} */ scroll) => {
    const chosen = state.fact ? model.byId.get(state.fact) : undefined;
    const main = chosen && chosen.row >= 0 && places[chosen.index] < 0 ? model.items[chosen.row] : undefined;
    if (main && places[main.index] >= 0) {
      unfolded.add(main.id);
      draw(...drawn);
    }
    const marked = scroll && state.mark && !state.fact && !state.gap ? markedPlace(state.mark) : -1;
    const place = marked >= 0 ? marked : placeOf(state);
    if (lines.length > WHOLE) sight.pin(place < 0 ? null : Math.floor(place / CHUNK), scroll);
    mark(grid, state);
    if (scroll) scrollTo(section, grid.querySelector(marked >= 0 ? `tr[aria-rowindex="${marked + 2}"]` : 'tr[aria-selected="true"]'));
    if (scroll && lines.length > WHOLE) sight.update();
  };
  /** Rows whose words have been read meanwhile. */
  const arrived = () => sight.still(() => {
    for (const tr of /** @type {NodeListOf<HTMLElement>} */ (grid.querySelectorAll('tr[data-unread]'))) {
      const item = model.byId.get(tr.dataset.fact ?? '');
      if (!item || !model.rows.at(item)) continue;
      const focused = tr === document.activeElement;
      const filled = made(item, places[item.index]);
      filled.tabIndex = tr.tabIndex;
      tr.replaceWith(filled);
      if (focused) filled.focus({ preventScroll: true });
    }
  });
  /** Notes that came or changed, at the rows that are made. */
  const noted = () => sight.still(() => {
    for (const tr of /** @type {NodeListOf<HTMLElement>} */ (grid.querySelectorAll('tr[data-fact]'))) markNoted(tr, tr.dataset.fact, model);
  });
  /** For a sheet. */
  const whole = () => {
    printing = true;
    draw(...drawn);
    sight.all(Array(Math.min(parts(), PRINTED / CHUNK)).keys());
    if (lines.length > PRINTED) grid.append(el('tbody', { class: 'space' }, el('tr', {}, el('td', { colspan: 3, class: 'none' }, `Of ${count(lines.length, 'row')} the first ${thousands(PRINTED)} are printed: zoom or filter to print others.`))));
  };
  /** How each row stands at the playhead. @param {number | null} at */
  const stand = (at) => {
    for (const tr of /** @type {NodeListOf<HTMLElement>} */ (grid.querySelectorAll('tr[data-fact]'))) {
      const item = model.byId.get(tr.dataset.fact ?? '');
      if (item) tr.dataset.standing = standing(item, at);
    }
  };
  const printed = () => {
    printing = false;
    draw(...drawn);
    choose(store.get(), false);
  };
  return { draw, choose, whole, printed, stand, arrived, noted };
}

/**
 * What a row says of other records of its event: how many, and a button that shows or hides them.
 * @param {Item} item @param {Item[] | undefined} also @param {Set<string>} unfolded @param {() => void} then
 */
function unfolding(item, also, unfolded, then) {
  if (!also) return null;
  const open = unfolded.has(item.id);
  const click = (/** @type {Event} */ event) => {
    event.stopPropagation();
    if (open) unfolded.delete(item.id);
    else unfolded.add(item.id);
    then();
  };
  return el('button', { type: 'button', class: 'small unfold', 'aria-expanded': String(open), title: 'Other records of the same event', on: { click } }, `${open ? '−' : '+'}${count(also.length, 'record')}`);
}

/** @param {string} zone @param {Item[]} items @param {number} rows @param {Model} model @param {HTMLElement} copies */
function head(zone, items, rows, model, copies) {
  const groups = new Set(items.map((item) => item.group).filter((group) => group >= 0)).size;
  const order = groups ? el('span', { class: 'order', title: 'A bracket joins facts whose order is not known: their bounds overlap, or their clocks do not tell.' }, `${count(groups, 'group')} whose order is uncertain`) : null;
  const shown = model.drill ? count(items.length, 'fact') : items.length === model.items.length ? count(items.length, 'fact') : `${thousands(items.length)} of ${count(model.items.length, 'fact')}`;
  return el('thead', {}, el('tr', {}, el('th', {}, `time (${zone})`), el('th', {}, el('div', { class: 'head-words' }, el('span', {}, rows < items.length ? `${shown} in ${count(rows, 'row')}` : shown), copies, order)), el('th', {}, 'data link')));
}

/** @param {Line} line @param {number} place @param {Model} model @param {Store} store @param {HTMLElement | null} unfold @param {Item[]} [inside] other records that have no row now */
function row(line, place, model, store, unfold, inside = []) {
  const tr = 'index' in line ? factRow(line, model, store) : 'gap' in line ? gapRow(line.gap, line.within, store) : 'note' in line ? noteRow(line, model, store) : el('tr', { class: 'day' }, el('th', { colspan: 3, scope: 'rowgroup' }, line.day));
  tr.setAttribute('aria-rowindex', String(place + 2));
  if (unfold) tr.querySelector('td.event > div')?.append(unfold);
  if ('index' in line && inside.length) {
    tr.dataset.also = inside.map((item) => item.id).join(' ');
    markNoted(tr, line.id, model); // what is written of them stands here, too
  }
  if ('index' in line && line.row >= 0) tr.classList.add('also');
  return tr;
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
  return shown === all ? count(all, 'fact') : `${count(all, 'fact')}, ${thousands(shown)} shown`;
}
