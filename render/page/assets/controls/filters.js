import { zoomBy, zoomTo } from '../chart/chart.js';
import { byId, closing, el } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { switchRange } from '../data/home.js';
import { makeLaneMenu } from '../chart/lanetools.js';
import { LANES, NO_SERVICE } from '../data/lane.js';
import { queryRange, termsOf, withoutTimes } from '../data/query.js';
import { isFiltered, tally, toggled } from '../data/select.js';
import { countWords } from '../table/table.js';
import { count, kindText, thousands } from '../data/words.js';

/** One kind stands for a lane in the list: its shape is the lane's. @type {Record<string, string>} */
const EXAMPLES = { impact: 'status.posted', metrics: 'metric.crossed_above', alerts: 'alert.firing', changes: 'deploy.finished', chat: 'chat.message', logs: 'log.first_seen', people: 'incident.role_assigned', other: 'custom' };

const FIND_WORDS = 'Finds facts that have every word; rolling finds rolled. "in quotes": exactly this. -word: without it. 14:20..14:30: at that time; Enter zooms to it. kind:alert, by:somebody, source:, service:, lane:. f-…: an id';

/** @param {Model} model @param {Store} store */
export function makeFilters(model, store) {
  const search = el('input', { type: 'search', id: 'find', placeholder: 'find, 14:20..14:30, by:…', title: FIND_WORDS, 'aria-label': 'Find in facts', spellcheck: false, autocomplete: 'off' });
  search.addEventListener('input', () => store.set({ q: search.value }));
  search.addEventListener('keydown', (event) => {
    const { q, zone } = store.get();
    const range = event.key === 'Enter' ? queryRange(q, model, zone) : null;
    if (!range) return;
    event.preventDefault();
    store.set({ q: withoutTimes(q) }, true);
    zoomTo(store, model, ...range);
  });
  const perLane = tally(model, (item) => item.lane);
  const lanes = LANES.filter(({ id }) => perLane.has(id));
  const laneIds = lanes.map(({ id }) => id);
  const chips = lanes.map(({ id, title }) => el('button', { type: 'button', class: 'chip', 'data-lane': id, title: 'Click to hide or show this lane; Shift+click or double click to show no other', on: { click: (/** @type {MouseEvent} */ event) => store.set({ lanes: event.shiftKey ? alone(store.get().lanes, id) : toggled(store.get().lanes, id, laneIds) }), dblclick: () => store.set({ lanes: alone(store.get().lanes, id) }) } },
    el('span', { class: 'icon' }, icon(EXAMPLES[id], id)), title, !model.drill && el('span', { class: 'n' }, thousands(perLane.get(id) ?? 0))));
  const sources = menu('sources', 'source', () => tally(model, (item) => item.source), (name) => name, store, model.data.sources);
  const services = menu('services', 'service', () => tally(model, (item) => item.service), (name) => (name === NO_SERVICE ? 'of no service' : name), store);
  const kinds = menu('kinds', 'kind', () => tally(model, (item) => item.kind), kindText, store);
  const lanesMenu = makeLaneMenu(model, store);
  const shown = el('output', { class: 'shown', 'aria-live': 'polite' });
  const clear = el('button', { type: 'button', class: 'clear', hidden: true, on: { click: () => store.set({ q: '', lanes: null, sources: null, services: null, kinds: null, from: null, to: null }) } }, 'show all');
  byId('filters').replaceChildren(search, el('div', { class: 'chips', role: 'group', 'aria-label': 'Lanes' }, ...chips), more(sources.node, services.node, kinds.node, lanesMenu.node), clear, shown);
  byId('zoomers').replaceChildren(zoomers(model, store));
  const draw = (/** @type {number} */ now, /** @type {number} */ left) => {
    const state = store.get();
    if (search.value !== state.q) search.value = state.q;
    chips.forEach((chip) => chip.setAttribute('aria-pressed', String(!state.lanes || state.lanes.includes(chip.dataset.lane ?? ''))));
    sources.update();
    services.update();
    kinds.update();
    const words = model.drill ? `${now} shown` : countWords(model.items.length, now);
    const absent = termsOf(state.q).length ? model.find.absent() : 0;
    const unread = absent ? `; the words of ${count(absent, 'fact')} are not in this page` : '';
    shown.textContent = left ? `${words}, reading ${Math.round(100 * (1 - left / model.find.of))} %` : `${words}${unread}`;
    shown.toggleAttribute('data-reading', left > 0);
    clear.hidden = !isFiltered(state, model.home);
  };
  return { draw, lanes: lanesMenu.update };
}

/** Filters that are asked for less often, behind one button. @param {...HTMLDetailsElement} menus */
function more(...menus) {
  const title = el('summary', {}, '+ filter');
  const node = el('details', { class: 'menu more-filters' }, title, el('div', { class: 'menu-list' }, ...menus));
  closing(node);
  return node;
}

/** Only this lane; where it is alone already, all. @param {string[] | null} lanes @param {string} id */
function alone(lanes, id) {
  return lanes?.length === 1 && lanes[0] === id ? null : [id];
}

/** The same as the keys W, S, A and D: a finger has no keys, and its drag scrolls. @param {Model} model @param {Store} store */
function zoomers(model, store) {
  const button = (/** @type {string} */ sign, /** @type {string} */ what, /** @type {() => void} */ then) => el('button', { type: 'button', 'aria-label': what, title: what, on: { click: then } }, sign);
  return el('div', { class: 'zoomers', role: 'group', 'aria-label': 'Range' },
    button('⤢', 'The whole window, or the incident (0)', () => switchRange(store, model)), button('−', 'Zoom out (S)', () => zoomBy(store, model, 2)), button('+', 'Zoom in (W)', () => zoomBy(store, model, 0.5)),
    button('‹', 'Earlier (A)', () => zoomBy(store, model, 1, -0.25)), button('›', 'Later (D)', () => zoomBy(store, model, 1, 0.25)));
}

/**
 * A list of check boxes that opens below its button.
 * @param {'sources' | 'services' | 'kinds'} key @param {string} name @param {() => Map<string, number>} tallied made when it is first needed
 * @param {(value: string) => string} label @param {Store} store @param {string[]} [listed]
 */
function menu(key, name, tallied, label, store, listed) {
  /** @type {Map<string, number> | null} */
  let held = null;
  const counts = () => (held ??= tallied());
  const all = () => listed ?? [...counts().keys()];
  /** @type {HTMLInputElement[]} */
  let boxes = [];
  const title = el('summary', {}, name);
  const none = el('button', { type: 'button', class: 'small', on: { click: () => store.set({ [key]: store.get()[key] === null ? [] : null }) } }, 'all / none');
  const list = el('div', { class: 'menu-list' }, none);
  const node = el('details', { class: `menu menu-${key}` }, title, list);
  // A list may be long: it is made when it is first opened.
  node.addEventListener('toggle', () => {
    if (boxes.length || !node.open) return;
    boxes = all().map((value) => el('input', { type: 'checkbox', value, on: { change: () => store.set({ [key]: toggled(store.get()[key], value, all()) }) } }));
    list.append(...boxes.map((box) => el('label', {}, box, el('span', { dir: 'auto' }, label(box.value)), el('span', { class: 'n' }, thousands(counts().get(box.value) ?? 0)))));
    update();
  });
  closing(node);
  const update = () => {
    const chosen = store.get()[key];
    boxes.forEach((box) => { box.checked = !chosen || chosen.includes(box.value); });
    title.textContent = chosen ? `${name}: ${chosen.length} of ${all().length}` : name;
  };
  return { node, update };
}
