import { byId, el, painted, plainText } from '../ui/dom.js';
import { knownZone } from '../data/fragment.js';
import { grouped } from '../data/grouped.js';
import { clockText, dateText, passText, readInstant } from '../data/instant.js';
import { count, duration, thousands } from '../data/words.js';

const OTHER = '';

/** @param {Model} model @param {Store} store @param {{ help: () => void, theme: () => void, replay: () => void }} actions */
export function makeHeader(model, store, actions) {
  const { incident } = model.data;
  const times = el('span', { class: 'times' });
  const title = [el('code', { class: 'incident' }, incident.id), el('h1', { dir: 'auto', title: plainText(incident.title ?? '') }, incident.title ?? 'Incident'), incident.severity && el('span', { class: 'severity', dir: 'auto' }, incident.severity), times];
  const zones = zonePicker(store);
  const tools = el('div', { class: 'tools' }, el('label', { class: 'offscreen', for: 'zone' }, 'Time zone'), zones, model.drill ? null : button('Replay: what could we see then? (P)', 'replay', actions.replay), button('Help', '?', actions.help), button('Light or dark', '◐', actions.theme));
  const line = el('div', { class: 'title' }, ...title, model.drill && el('span', { class: 'counts' }, 'drill: what came later is hidden'), tools);
  const whole = wholeButton(line);
  tools.before(whole);
  byId('header').replaceChildren(line);
  byId('footer').replaceChildren(...colophon(model));
  byId('colophon').replaceChildren(...colophon(model));
  return () => {
    const { zone } = store.get();
    times.replaceChildren(...spanWords(model, zone));
    if (![...zones.options].some((one) => one.value === zone)) zones.prepend(el('option', { value: zone }, zone));
    zones.value = zone;
    const hidden = times.querySelector('.lasts')?.getClientRects().length === 0; // on a phone
    whole.hidden = !hidden && !line.classList.contains('whole') && ![...line.children].some((part) => part !== tools && part.scrollWidth > part.clientWidth + 1);
  };
}

/** Where one line has no room for all of it, a button shows the rest: nothing is told by pointing alone. @param {HTMLElement} line */
function wholeButton(line) {
  const what = 'Show the whole title';
  const node = el('button', { type: 'button', class: 'whole-title', hidden: true, 'aria-expanded': 'false', 'aria-label': what, title: what }, '…');
  node.addEventListener('click', () => {
    node.setAttribute('aria-expanded', String(line.classList.toggle('whole')));
    window.dispatchEvent(new Event('resize')); // the panes below have another height
  });
  return node;
}

/** @param {string} name @param {string} sign @param {() => void} then */
function button(name, sign, then) {
  return el('button', { type: 'button', 'aria-label': name, title: name, on: { click: then } }, sign);
}

/** @param {Store} store */
function zonePicker(store) {
  const local = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const near = [...new Set(['UTC', local, store.get().zone])].map((zone) => el('option', { value: zone }, zone === local && zone !== 'UTC' ? `${zone} (local)` : zone));
  const other = el('option', { value: OTHER }, 'another …');
  const select = el('select', { id: 'zone', title: 'Time zone: what is shown, never what was recorded', on: { change: () => chooseZone(select, store) } }, ...near, other);
  // Hundreds of zones can wait until the page is seen.
  painted().then(() => select.append(...regions()));
  return select;
}

/** All zones, by the first part of their names. */
function regions() {
  return [...grouped(zoneNames(), (zone) => zone.split('/')[0])].map(([region, zones]) => el('optgroup', { label: region }, ...zones.map((zone) => el('option', { value: zone }, zone))));
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
  const short = (/** @type {number} */ at) => clockText(at, zone).replace(/:00$/, '') + passText(at, zone);
  const last = dateText(start, zone) === dateText(end, zone) ? '' : `${dateText(end, zone)} `;
  return [el('span', {}, dateText(start, zone)), ' ', el('b', {}, ended === null ? `from ${short(start)}` : `${short(start)}–${last}${short(end)}`), el('span', { class: 'zone' }, ` ${zone}`), ended === null ? '' : el('span', { class: 'lasts' }, ` (${duration(end - start, true)})`)];
}

/** What the page was made from, at its end. @param {Model} model */
function colophon({ data, drill, items }) {
  const counts = drill ? 'drill: what came later is hidden' : `${count(data.facts.of, 'fact')} from ${count(data.sources.length, 'source')}${data.facts.of > items.length ? `, ${thousands(items.length)} here` : ''}`;
  return [el('span', {}, counts), data.tool && el('span', {}, data.tool), data.unverified?.length && el('span', {}, `certificates were not verified of: ${data.unverified.join(', ')}`), data.digest && el('span', {}, 'made from timeline.json with digest ', el('code', {}, data.digest))].filter((part) => part instanceof Node);
}
