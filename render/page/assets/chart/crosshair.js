import { el } from '../ui/dom.js';
import { clockText, passText } from '../data/instant.js';
import { isBelow, peakOf, peakRange } from '../data/peaks.js';
import { firstFrom } from '../data/series.js';
import { labelText, reading } from '../data/words.js';

const ROW = 15; // px of a value at type of 16 px
const STALE = 1.5; // steps after which a sample says nothing of now
const COLUMN = 24; // values in one column of a list of all

/** @type {WeakMap<Panel, { key: string, peak: import('../data/peaks.js').Peak | null }>} */
const PEAKS = new WeakMap();

/** `peak 25.3 % 14:37`, the minute that its sample stands for: the worst value in the incident, as far as it is known. @param {Panel} panel @param {Model} model @param {State} state */
export function peakWords(panel, model, { at, zone }) {
  const range = peakRange(model, at);
  const key = range.join();
  let held = PEAKS.get(panel);
  if (held?.key !== key) PEAKS.set(panel, held = { key, peak: peakOf(panel, ...range) });
  const { peak } = held;
  return peak ? `${isBelow(panel) ? 'low' : 'peak'} ${reading(peak.value, panel.unit, limitsOf(panel))} ${clockText(model.origin + peak.since, zone).slice(0, 5)}${passText(model.origin + peak.since, zone)}` : '';
}

/** @param {Panel} panel */
function limitsOf({ thresholds }) {
  return thresholds.flatMap((one) => (typeof one.value === 'number' ? [one.value] : []));
}

/** What a series was at a time: its last sample, while that is fresh. @param {SeriesData} series @param {number} at @param {Panel} panel */
export function sampleWords(series, at, panel) {
  const index = firstFrom(series.t, at + 1e-6) - 1;
  if (index < 0 || at - series.t[index] > series.step * STALE) return { words: 'no sample', value: NaN };
  const [hi, lo] = [series.hi[index], series.lo?.[index]];
  const limits = limitsOf(panel);
  const [low, high] = [lo ?? hi, hi].map((value) => reading(value, panel.unit, limits));
  return { words: low === high ? high : `${low} – ${high}`, value: hi };
}

/** What tells the series of a panel apart. @param {Panel} panel @returns {string[]} */
export function seriesNames({ series, title }) {
  const names = [...new Set(series.flatMap((one) => Object.keys(one.labels)))].filter((name) => name !== '__name__' && new Set(series.map((one) => one.labels[name])).size > 1);
  return series.map((one) => (names.length ? names.flatMap((name) => one.labels[name] ?? []).join(' · ') : series.length > 1 ? labelText(one.labels) : title));
}

/** @param {Panel} panel @param {number} at */
function valuesAt(panel, at) {
  const names = seriesNames(panel);
  const below = isBelow(panel) ? 1 : -1;
  return panel.series.map((series, index) => ({ name: names[index], ...sampleWords(series, at, panel) })).sort((a, b) => (Number.isNaN(a.value) ? 1 : Number.isNaN(b.value) ? -1 : (a.value - b.value) * below));
}

/**
 * The value of every series at one time, at the right of its panel: as many as there is room for, and all of them
 * in the panel that is pointed at.
 * @param {HTMLElement} section @param {() => import('./chart.js').Chart} current
 */
export function makeCrosshair(section, current) {
  const line = el('div', { class: 'hairline', hidden: true, 'aria-hidden': 'true' }, el('span', {}));
  const values = el('div', { class: 'readouts', 'aria-hidden': 'true' });
  section.append(line, values);
  /** @type {{ at: number, y: number } | null} */
  let pointed = null;
  const draw = () => {
    const { geometry, view, model, store } = current();
    const at = pointed?.at ?? restingAt(model, store.get());
    line.hidden = !pointed;
    if (pointed) {
      line.style.cssText = `left:${geometry.left + ((pointed.at - view.from) / (view.to - view.from)) * view.width}px;top:0;height:${geometry.height + geometry.top}px`;
      /** @type {HTMLElement} */ (line.firstChild).textContent = clockText(model.origin + pointed.at, store.get().zone);
    }
    values.replaceChildren(...(at === null ? [] : geometry.lanes.flatMap((lane) => (lane.panel ? [readout(lane, lane.panel, at, current(), pointed?.y ?? null)] : []))));
  };
  section.addEventListener('pointermove', (event) => {
    const { geometry, view } = current();
    const box = section.getBoundingClientRect();
    const x = event.clientX - box.left;
    const inside = x >= geometry.left && x <= geometry.left + view.width && event.pointerType !== 'touch';
    pointed = inside ? { at: view.from + ((x - geometry.left) / view.width) * (view.to - view.from), y: event.clientY - box.top + section.scrollTop } : null;
    draw();
  });
  section.addEventListener('pointerleave', () => { pointed = null; draw(); });
  return draw;
}

/** Without a pointer, the time of what is chosen: the playhead, a fact, a mark. @param {Model} model @param {State} state */
function restingAt(model, { at, fact, mark }) {
  if (at !== null) return at;
  if (fact) return model.byId.get(fact)?.to ?? null;
  return mark ? mark[0] : null;
}

/** @param {Lane} lane @param {Panel} panel @param {number} at @param {import('./chart.js').Chart} chart @param {number | null} y */
function readout(lane, panel, at, { geometry, view, store }, y) {
  const until = store.get().at;
  const values = until !== null && at > until ? [] : valuesAt(panel, at);
  const top = lane.top + geometry.top;
  const over = y !== null && y >= top && y <= top + lane.height;
  const room = Math.max(Math.floor(lane.height / (ROW * geometry.scale)), 1);
  const shown = over || values.length <= room ? values : values.slice(0, Math.max(room - 1, 1));
  const rows = shown.map(({ name, words }) => el('div', {}, values.length > 1 && el('span', { class: 'muted', dir: 'auto' }, name), el('b', {}, words)));
  if (shown.length < values.length) rows.push(el('div', { class: 'muted' }, `and ${values.length - shown.length} more`));
  const columns = over ? Math.ceil(values.length / COLUMN) : 1;
  const left = at - view.from > (view.to - view.from) / 2 && over && values.length > 1;
  const side = left ? `left:${geometry.left + 4}px` : `right:${geometry.right + 4}px`;
  return el('div', { class: `readout${over ? ' pointed' : ''}`, style: `top:${top + 1}px;${side};columns:${columns}` }, ...rows);
}
