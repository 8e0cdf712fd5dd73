import { byId, el, withCode } from '../ui/dom.js';
import { boundsText } from '../data/instant.js';
import { rangeBetween } from '../data/ranges.js';
import { count, durationRange, impactAmount, reasonText } from '../data/words.js';
import { moreWords, peakWhole } from './headline.js';

/**
 * The drawer of all timings, numbers of the impact, gaps and pauses: what is not known says why. A link's measure is marked.
 * @param {Model} model @param {Store} store
 */
export function makeTimings(model, store) {
  const section = byId('timings');
  const list = byId('timings-list');
  const own = () => model.gaps.filter(({ gap }) => !gap.note);
  const notes = () => model.gaps.filter(({ gap }) => gap.note);
  const words = () => moreWords(model.data.measures.length, own().length, notes().length);
  const buttons = words().map((text, place) => el('button', { type: 'button', 'aria-controls': 'timings', 'aria-expanded': 'false', on: { click: () => toggle(place ? '.timings-gaps' : undefined) } }, text));
  const button = el('div', {}, ...buttons);
  const show = (/** @type {boolean} */ open) => {
    section.hidden = !open;
    buttons.forEach((one) => one.setAttribute('aria-expanded', String(open)));
  };
  const toggle = (/** @type {string | undefined} */ part) => {
    const open = section.hidden;
    show(open);
    if (open) (part ? section.querySelector(part)?.scrollIntoView({ block: 'start' }) : (section.scrollTop = 0));
    if (open) section.focus({ preventScroll: true });
  };
  const close = () => {
    if (section.hidden) return false;
    show(false);
    buttons[0].focus();
    return true;
  };
  // What is chosen here is looked at in the chart: the drawer is no longer in its way.
  section.addEventListener('click', (event) => { if (event.target instanceof Element && event.target.closest('button')) show(false); });
  document.addEventListener('click', (event) => { if (!section.hidden && !event.composedPath().some((one) => one === section || one === button)) show(false); });
  const draw = () => {
    if (model.drill) return;
    const { zone } = store.get();
    words().forEach((text, place) => { buttons[place].textContent = text; });
    const head = el('div', { class: 'timings-head' }, el('h2', {}, 'Timings'), el('span', { class: 'muted' }, 'as ranges: the records do not tell more exactly'), el('button', { type: 'button', class: 'small', 'aria-label': 'Close', on: { click: () => show(false) } }, '×'));
    const parts = [
      table(model.data.measures.map((measure) => timing(measure, model, store))),
      ...part('Peak', [peakWhole(model, zone)].flatMap((peak) => (peak ? [timingRow('', peak.name, peak.value, [peak.when, ' ', markButton(store, '', peak.mark)])] : []))),
      ...part('Impact', (model.data.impact ?? []).map((one) => timingRow(one.id, one.name, impactAmount(one), [`over the ${one.span}`, one.missing_s ? `; ${durationRange(one.missing_s, one.missing_s)} could not be read` : '']))),
      ...part('Gaps', own().map((item) => gapTiming(item, store, zone)), 'timings-gaps'),
      ...part('Notes: no data before or after the incident', notes().map((item) => gapTiming(item, store, zone)), own().length ? '' : 'timings-gaps'),
      ...part('Longest intervals without a recorded response', model.pauses.map((pause) => pauseRow(pause, model, store, zone)), 'timings-pauses'),
    ];
    list.replaceChildren(head, el('div', { class: 'timings-parts' }, ...parts));
  };
  return { button, draw, close, cited: (/** @type {boolean} */ seen) => markCited(section, model, store.get(), () => show(true), seen) };
}

/** @param {HTMLElement[]} rows */
function table(rows) {
  return el('table', { class: 'timings' }, el('tbody', {}, ...rows));
}

/** @param {string} title @param {HTMLElement[]} rows @param {string} [name] */
function part(title, rows, name = '') {
  return rows.length ? [el('section', {}, el('h3', { class: name }, title), table(rows))] : [];
}

/** @param {string} id @param {string} name @param {string} value @param {(Node | string)[]} more */
function timingRow(id, name, value, more) {
  return el('tr', { id }, el('td', {}, name), el('td', { class: 'value' }, value), el('td', {}, ...more));
}

/** @type {Record<string, string>} */
const END_TITLES = { from: 'Show where it begins', to: 'Show where it ends' };

/** @param {Measure} measure @param {Model} model @param {Store} store */
function timing(measure, model, store) {
  const name = measure.name.replaceAll('_', ' ');
  const id = measure.id;
  if (measure.min_s === undefined || measure.max_s === undefined) return timingRow(id, name, '—', withCode(`not known, because ${measure.reason ?? 'its facts are not there'}`));
  const ends = /** @type {const} */ (['from', 'to']).flatMap((end) => {
    const item = measure[end] ? model.byId.get(/** @type {string} */ (measure[end])) : undefined;
    return item ? [el('button', { type: 'button', class: 'small', title: `${END_TITLES[end]}: ${(measure[`${end}_words`] ?? '').replaceAll('`', '')}`, on: { click: () => store.set({ fact: item.id, gap: null }) } }, end), ' '] : [];
  });
  const mark = rangeBetween(model, measure.from, measure.to);
  const show = mark ? [markButton(store, id, mark)] : [];
  return timingRow(id, name, durationRange(measure.min_s, measure.max_s), [...ends, ...show]);
}

/** @param {Store} store @param {string} id of a measure, or empty @param {[number, number] | null} mark */
function markButton(store, id, mark) {
  return el('button', { type: 'button', class: 'small', title: 'Mark it in the chart', on: { click: () => store.set({ named: id || null, fact: null, gap: null, mark }) } }, 'mark');
}

/** @param {GapItem} item @param {Store} store @param {string} zone */
function gapTiming({ gap }, store, zone) {
  const words = el('button', { type: 'button', class: 'plain', on: { click: () => store.set({ gap: gap.id, fact: null }) } }, gap.statement.replaceAll('`', ''));
  return timingRow('', gap.source, boundsText({ earliest: gap.start, latest: gap.end }, zone), [words, el('span', { class: 'muted' }, ` ${reasonText(gap.reason)}`)]);
}

/** @param {string[]} sources that have gaps */
export function lackingWords(sources) {
  return sources.length === 1 ? `${sources[0]} has a gap in this time` : `${sources.slice(0, -1).join(', ')} and ${sources.at(-1)} have gaps in this time`;
}

/** What a gap may hide is not told to be quiet. @param {Pause} pause @param {Model} model @param {Store} store @param {string} zone */
function pauseRow(pause, model, store, zone) {
  const lacking = [...new Set(model.gaps.filter((gap) => gap.from < pause.mark[1] && gap.to > pause.mark[0]).map(({ gap }) => gap.source))];
  const words = el('button', { type: 'button', class: 'plain', on: { click: () => store.set({ fact: null, gap: null, named: null, mark: pause.mark }) } }, 'no message, change, acknowledgement or status post was recorded');
  return timingRow('', boundsText({ earliest: pause.start, latest: pause.end }, zone), durationRange(pause.min_s, pause.max_s), [words, lacking.length ? el('span', { class: 'muted' }, ` ${lackingWords(lacking)}`) : '']);
}

/** Tells whether a link's measure or number is there, or none is named. @param {HTMLElement} section @param {Model} model @param {State} state @param {() => void} open @param {boolean} seen */
function markCited(section, model, { fact, named }, open, seen) {
  section.querySelectorAll('.cited').forEach((one) => one.classList.remove('cited'));
  if (fact || !named || model.drill) return Boolean(fact || !named);
  const [node, tile] = [document.getElementById(named), document.querySelector(`.tile[data-id="${CSS.escape(named)}"]`)];
  tile?.classList.add('cited');
  if (!node || !section.contains(node)) return Boolean(tile);
  node.classList.add('cited');
  // What the headline shows is in sight without the drawer.
  if (tile || !seen) return true;
  open();
  node.scrollIntoView({ block: 'nearest' });
  return true;
}

/** @param {Model} model */
export function countsWords(model) {
  return `${count(model.data.facts.of, 'fact')} from ${count(model.data.sources.length, 'source')}`;
}
