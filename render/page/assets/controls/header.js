import { byId, el } from '../ui/dom.js';
import { knownZone } from '../data/fragment.js';
import { clockText, dateText, readInstant } from '../data/instant.js';
import { impactTiles } from '../ui/strip.js';
import { count, durationRange } from '../data/words.js';

const OTHER = '';

/** @param {Model} model @param {Store} store @param {{ help: () => void, theme: () => void, replay: () => void }} actions */
export function makeHeader(model, store, actions) {
  const { incident } = model.data;
  const times = el('span', { class: 'times' });
  const title = [el('code', { class: 'incident' }, incident.id), el('h1', { dir: 'auto' }, incident.title ?? 'Incident'), incident.severity && el('span', { class: 'severity', dir: 'auto' }, incident.severity), times];
  const zones = zonePicker(store);
  const tools = el('div', { class: 'tools' }, el('label', { class: 'offscreen', for: 'zone' }, 'Time zone'), zones, model.drill ? null : button('Replay: what could we see then? (P)', 'replay', actions.replay), button('Help', '?', actions.help), button('Light or dark', '◐', actions.theme));
  byId('header').replaceChildren(el('div', { class: 'title' }, ...title, counts(model), tools));
  return () => {
    const { zone } = store.get();
    times.replaceChildren(...spanWords(model, zone));
    if (![...zones.options].some((one) => one.value === zone)) zones.prepend(el('option', { value: zone }, zone));
    zones.value = zone;
  };
}

/** @param {string} name @param {string} sign @param {() => void} then */
function button(name, sign, then) {
  return el('button', { type: 'button', 'aria-label': name, title: name, on: { click: then } }, sign);
}

/** @param {Store} store */
function zonePicker(store) {
  const local = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const near = [...new Set(['UTC', local, store.get().zone])].map((zone) => el('option', { value: zone }, zone === local && zone !== 'UTC' ? `${zone} (local)` : zone));
  const regions = [...new Set(zoneNames().map((zone) => zone.split('/')[0]))].map((region) => el('optgroup', { label: region }, ...zoneNames().filter((zone) => zone.split('/')[0] === region).map((zone) => el('option', { value: zone }, zone))));
  const other = el('option', { value: OTHER }, 'another …');
  return el('select', { id: 'zone', title: 'Time zone: what is shown, never what was recorded', on: { change: (/** @type {Event} */ event) => chooseZone(/** @type {HTMLSelectElement} */ (event.target), store) } }, ...near, other, ...regions);
}

/** A zone by name, for those that the list lacks: it has each place under one of its names only. @param {HTMLSelectElement} select @param {Store} store */
function chooseZone(select, store) {
  if (select.value !== OTHER) return store.set({ zone: select.value });
  const before = store.get().zone;
  const name = el('input', { type: 'text', id: 'zone-name', 'aria-label': 'Time zone, as in the IANA database', placeholder: 'Area/Place', autocomplete: 'off', spellcheck: false });
  let closed = false; // removing it takes the focus away, which closes it, too
  const close = () => {
    if (!closed) {
      closed = true;
      name.remove();
    }
    select.value = store.get().zone;
  };
  name.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
    if (event.key !== 'Enter') return;
    const wanted = name.value.trim();
    const known = knownZone(wanted);
    name.setAttribute('aria-invalid', String(known !== wanted));
    if (known !== wanted) return;
    store.set({ zone: wanted });
    close();
    select.focus();
  });
  name.addEventListener('blur', close);
  select.value = before;
  select.after(name);
  name.focus();
}

/** Every zone that the browser lists. */
function zoneNames() {
  return Intl.supportedValuesOf('timeZone').filter((zone) => zone.includes('/'));
}

/** The incident's own hours, else the window's. @param {Model} model @param {string} zone */
function spanWords(model, zone) {
  const { incident, window } = model.data;
  const [start, end] = [readInstant(incident.start ?? window.start).seconds, readInstant(incident.end ?? window.end).seconds];
  const ended = model.drill ? null : end;
  const short = (/** @type {number} */ at) => clockText(at, zone).replace(/:00$/, '');
  const last = dateText(start, zone) === dateText(end, zone) ? '' : `${dateText(end, zone)} `;
  return [el('span', {}, dateText(start, zone)), ' ', el('b', {}, ended === null ? `from ${short(start)}` : `${short(start)}–${last}${short(end)}`), ` ${zone}`];
}

/** @param {Model} model */
function counts(model) {
  const { data } = model;
  const inGroups = model.groups.reduce((sum, { length }) => sum + length, 0);
  const { of } = data.facts;
  const parts = [
    `${count(of, 'fact')} from ${count(data.sources.length, 'source')}`, count(data.gaps.length, 'gap'),
    el('span', { title: `${count(inGroups, 'fact')} in ${count(model.groups.length, 'group')}: their bounds overlap, or their clocks do not tell` }, `${count(model.groups.length, 'group')} whose order is uncertain`),
  ];
  byId('footer').replaceChildren(...[data.tool && el('span', {}, data.tool), data.unverified?.length && el('span', {}, `certificates were not verified of: ${data.unverified.join(', ')}`), data.digest && el('span', {}, 'made from timeline.json with digest ', el('code', {}, data.digest))].filter((part) => part instanceof Node));
  // An exercise does not tell how much is still to come.
  return el('p', { class: 'counts' }, ...(model.drill ? ['drill: what came later is hidden'] : parts).filter(Boolean).map((part) => el('span', {}, /** @type {string | Node} */ (part))));
}

/** @type {Record<string, string>} */
const MEASURE_ENDS = { from: 'Show where it begins', to: 'Show where it ends' };

/**
 * Durations as ranges, each with the two facts that it is between. What is returned marks the one that a link names; `seen` brings it into sight.
 * @param {Model} model @param {Store} store
 */
export function makeMeasures(model, store) {
  const section = byId('measures');
  section.hidden = model.drill || !(model.data.measures.length || model.data.impact?.length);
  if (!section.hidden) {
    const known = model.data.measures.filter((one) => one.min_s !== undefined && one.max_s !== undefined);
    const unknown = model.data.measures.filter((one) => !known.includes(one));
    section.replaceChildren(...impactTiles(model), ...known.map((measure) => tile(measure, model, store)), ...(unknown.length ? [unknownTile(unknown)] : []));
  }
  return (/** @type {boolean} */ seen) => markCited(section, store.get(), seen);
}

/** Tells whether a link's measure or number is there, or none is named. @param {HTMLElement} section @param {State} state @param {boolean} seen */
function markCited(section, { fact, named }, seen) {
  section.querySelectorAll('.cited').forEach((one) => one.classList.remove('cited'));
  const node = fact || !named ? null : document.getElementById(named);
  if (!node || !section.contains(node)) return Boolean(fact || !named);
  const tile = node.closest('.tile') ?? node;
  tile.classList.add('cited');
  if (tile instanceof HTMLDetailsElement) tile.open = true;
  if (seen) tile.scrollIntoView({ block: 'nearest' });
  return true;
}

/** @param {Measure} measure @param {Model} model @param {Store} store */
function tile(measure, model, store) {
  const ends = /** @type {const} */ (['from', 'to']).flatMap((end) => {
    const item = measure[end] ? model.byId.get(/** @type {string} */ (measure[end])) : undefined;
    return item ? [el('button', { type: 'button', class: 'small', title: `${MEASURE_ENDS[end]}: ${(measure[`${end}_words`] ?? '').replaceAll('`', '')}`, on: { click: () => store.set({ fact: item.id, gap: null }) } }, end)] : [];
  });
  const name = words(measure.name);
  return el('div', { class: 'tile', id: measure.id }, el('div', { class: 'name', title: name }, name), el('div', { class: 'value' }, durationRange(measure.min_s, measure.max_s)), el('div', { class: 'ends' }, ...ends));
}

/** @param {string} name */
function words(name) {
  return name.replaceAll('_', ' ');
}

/** What could not be computed is one tile; each says why. @param {Measure[]} measures */
function unknownTile(measures) {
  const rows = measures.flatMap((one) => [el('dt', { id: one.id }, words(one.name)), el('dd', {}, one.reason ?? '')]);
  return el('details', { class: 'tile unknown' }, el('summary', {}, el('span', { class: 'name' }, 'not known'), el('span', { class: 'value' }, count(measures.length, 'measure'))), el('dl', {}, ...rows));
}
