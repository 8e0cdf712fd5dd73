import { byId, el } from './dom.js';
import { icon } from './icons.js';
import { severityIcon, SEVERITY_WORDS } from './severity.js';
import { kindWords } from '../data/words.js';

const BARS = [['alert.pending', 'pending'], ['alert.firing', 'firing'], ['alert.no_data', 'alert without data'], ['gap', 'data gap']];
/** Kinds that a bar stands for, not a mark of their own. */
const DRAWN_AS_BARS = new Set(['alert.pending', 'alert.firing', 'alert.resolved', 'alert.pending_ended', 'alert.no_data', 'alert.data_returned']);
const LINES = 2; // that the legend takes before the rest is behind a button

/**
 * What the shapes in sight stand for: those of the selection, below the chart.
 * @param {Model} model @param {() => void} resized what the chart does when there is another height for it
 */
export function makeLegend(model, resized) {
  const section = byId('legend');
  let open = false;
  const more = el('button', { type: 'button', class: 'small more-shapes', on: { click: () => { open = !open; foldLegend(section, more, open); resized(); } } });
  return (/** @type {Item[]} */ items) => {
    /** @type {Map<string, Item>} by what they are called, and drawn as */
    const kinds = new Map();
    for (const item of items) {
      const name = item.kind.startsWith('metric.crossed_') ? `${item.kind} ${item.panel}` : item.kind;
      if (!kinds.has(name)) kinds.set(name, item);
    }
    const held = new Set([...kinds.values()].map((item) => item.kind));
    const bars = BARS.filter(([kind]) => (kind === 'gap' ? model.gaps.length : held.has(kind)));
    const ranks = new Set(items.map((item) => item.severity));
    const severities = Object.keys(SEVERITY_WORDS).flatMap((rank) => { const mark = ranks.has(/** @type {Severity} */ (rank)) && severityIcon(/** @type {Severity} */ (rank)); return mark ? [legendEntry(mark, SEVERITY_WORDS[rank])] : []; });
    /** @type {Map<string, Item>} */
    const marks = new Map();
    for (const item of [...kinds.values()].filter((one) => !DRAWN_AS_BARS.has(one.kind)).sort((a, b) => (a.kind < b.kind ? -1 : 1))) marks.set(`${item.kind} ${kindWords(item, model)}`, item);
    section.replaceChildren(
      ...bars.map(([kind, words]) => legendEntry(icon(kind, kind === 'gap' ? 'gap' : 'alerts'), words)), ...severities,
      ...[...marks.values()].map((item) => legendEntry(icon(item.kind, item.lane), kindWords(item, model))));
    foldLegend(section, more, open);
  };
}

/** Leave as many entries as there is room for; a button shows the others. @param {HTMLElement} section @param {HTMLElement} more @param {boolean} open */
function foldLegend(section, more, open) {
  more.remove();
  const entries = /** @type {HTMLElement[]} */ ([...section.children]);
  entries.forEach((one) => one.classList.remove('beyond'));
  const tops = [...new Set(entries.map((one) => one.offsetTop))];
  if (tops.length <= LINES) return;
  more.setAttribute('aria-expanded', String(open));
  more.textContent = 'fewer';
  section.append(more);
  if (open) return;
  let shown = entries.filter((one) => one.offsetTop < tops[LINES]).length;
  do {
    entries.forEach((one, place) => one.classList.toggle('beyond', place >= shown));
    more.textContent = `+${entries.length - shown} more`;
    shown -= 1;
  } while (shown > 0 && more.offsetTop > entries[0].offsetTop + (tops[LINES] - tops[0]) * 0.75);
}

/** @param {SVGElement} mark @param {string} words */
function legendEntry(mark, words) {
  return el('span', {}, el('span', { class: 'icon' }, mark), words);
}
