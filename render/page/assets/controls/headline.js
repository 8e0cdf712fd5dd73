import { byId, el } from '../ui/dom.js';
import { rangeText } from '../data/instant.js';
import { worstPeak } from '../data/peaks.js';
import { rangeBetween } from '../data/ranges.js';
import { amount, count, durationRange, impactAmount, reading, shortRange, takenWords } from '../data/words.js';

/** What a review asks first, and the measures that answer it, the first that is there. @type {[string, string[]][]} */
const ASKED = [
  ['Detect', ['time to detect']], ['Acknowledge', ['time to acknowledge']],
  ['Mitigate', ['time to mitigate']], ['Tell customers', ['time to tell customers']],
];
/** How an impact is taken that counts all of it, before one that says how many at most. */
const TOTALS = ['integral', 'increase', 'sum', 'count', 'distinct'];

/** @typedef {{ name: string, id: string, value: string, short?: string, unit?: string, when?: string, title: string, known: boolean, mark: [number, number] | null }} Headline */

/**
 * Six numbers in the words of the trade; a click marks what it is of in the chart. The rest is a drawer away.
 * @param {Model} model @param {Store} store @param {{ button: HTMLElement }} timings
 */
export function makeHeadline(model, store, timings) {
  const section = byId('measures');
  section.hidden = model.drill;
  const draw = () => {
    if (model.drill) return;
    const { zone, named, fact, mark } = store.get();
    section.replaceChildren(...headlines(model, zone).map((one) => tile(one, store, !fact && (one.id === named || (!named && sameRange(one.mark, mark))))), el('div', { class: 'tile more' }, timings.button));
    // A range that has no room says the same with less.
    for (const node of section.querySelectorAll('button.tile')) {
      const value = node.querySelector('.value');
      node.classList.toggle('tight', value !== null && value.scrollWidth > value.clientWidth);
    }
  };
  return draw;
}

/** @param {[number, number] | null} a @param {[number, number] | null} b */
function sameRange(a, b) {
  return Boolean(a && b && a[0] === b[0] && a[1] === b[1]);
}

/** @param {Model} model @param {string} zone @returns {Headline[]} */
function headlines(model, zone) {
  return [impactLine(model), peakLine(model, zone), ...ASKED.map(([name, names]) => measureLine(name, names, model))];
}

/** @param {Headline} line @param {Store} store @param {boolean} pressed */
function tile({ name, id, value, short = '', unit, title, known, mark }, store, pressed) {
  const then = () => store.set(pressed ? { named: null, mark: null } : { named: id || null, fact: null, gap: null, mark });
  return el('button', { type: 'button', class: `tile${known ? '' : ' unknown'}`, 'data-id': id, 'aria-pressed': String(pressed), title, on: { click: then } },
    el('span', { class: 'name' }, name), el('span', { class: 'value' }, short ? el('span', { class: 'long' }, value) : value, short && el('span', { class: 'short' }, short), unit && el('span', { class: 'unit' }, ` ${unit}`)));
}

/** @param {Model} model @returns {Headline} */
function impactLine({ data, origin }) {
  const all = (data.impact ?? []).filter((one) => one.value !== undefined && one.value !== null);
  const own = all.filter((one) => one.span === 'incident');
  const first = [own, all].map((some) => some.find((one) => TOTALS.includes(one.take)) ?? some[0]).find(Boolean);
  if (!first) return { name: 'Impact', id: '', value: 'not known', title: 'No source of impact is configured.', known: false, mark: null };
  const [from, to] = [first.start, first.end].map((iso) => Date.parse(iso) / 1000 - origin);
  const others = [...new Set(all.map((one) => one.name))].filter((name) => name !== first.name).map((name) => all.find((one) => one.name === name)).flatMap((one) => (one ? [`${one.name}: ${impactAmount(one)}`] : []));
  const taken = takenWords(first.take);
  return { name: taken ? `Impact,${taken}` : 'Impact', id: first.id, value: typeof first.value === 'number' ? reading(first.value, /^%/.test(first.unit) ? '%' : '') : String(first.value), unit: first.name, title: [`${first.name}: ${impactAmount(first)}, over the ${first.span}`, ...others].join('\n'), known: true, mark: [from, to] };
}

/** @param {Model} model @param {string} zone @returns {Headline} */
function peakLine(model, zone) {
  const peak = worstPeak(model);
  if (!peak) return { name: 'Peak', id: '', value: 'not known', title: 'No metric with a threshold has a sample in the incident.', known: false, mark: null };
  const { panel, since, at, value } = peak;
  const when = rangeText(model.origin + since, model.origin + at, zone);
  return { name: `Peak ${shortTimes(when)}`, when, id: '', value: reading(value, panel.unit, [peak.limit]), unit: panel.title, title: `${panel.title}: ${amount(value, panel.unit, [peak.limit])} in ${when}. Of all metrics, the farthest beyond its threshold in the incident.`, known: true, mark: [Math.max(since, 0), at] };
}

/** Two times with less room: `14:29:00–30`, `14:29:45–30:15`; without seconds as they are. @param {string} range */
function shortTimes(range) {
  return range.replace(/^(\d\d:\d\d:)(\d\d)–\1/, '$1$2–').replace(/^(\d\d:)(\d\d:\d\d)–\1(?=\d\d:\d\d)/, '$1$2–');
}

/** @param {string} name @param {string[]} names @param {Model} model @returns {Headline} */
function measureLine(name, names, model) {
  const measure = names.map((one) => model.data.measures.find((other) => other.name === one)).find(Boolean);
  if (!measure || measure.min_s === undefined || measure.max_s === undefined) {
    return { name, id: measure ? measure.id : '', value: 'not known', title: `${name}: not known, because ${(measure?.reason ?? 'the timeline has no such measure').replaceAll('`', '')}`, known: false, mark: null };
  }
  const ends = [measure.from_words, measure.to_words].map((words) => (words ?? '').replaceAll('`', ''));
  return { name, id: measure.id, value: durationRange(measure.min_s, measure.max_s), short: shortRange(measure.min_s, measure.max_s), title: `${measure.name}\nfrom: ${ends[0]}\nto: ${ends[1]}`, known: true, mark: rangeBetween(model, measure.from, measure.to) };
}

/** The peak in full, for the drawer: what it is of, how much, and when. @param {Model} model @param {string} zone */
export function peakWhole(model, zone) {
  const line = peakLine(model, zone);
  return line.known ? { name: line.unit ?? '', value: line.value, when: line.when ?? '', mark: line.mark } : null;
}

/** What the drawer's buttons say. @param {number} timings @param {number} gaps @param {number} [notes] */
export function moreWords(timings, gaps, notes = 0) {
  const held = [...(gaps ? [count(gaps, 'gap')] : []), ...(notes ? [count(notes, 'note')] : [])];
  return [`all ${count(timings, 'timing')} ›`, held.length ? `${held.join(', ')} ›` : 'no gaps'];
}
