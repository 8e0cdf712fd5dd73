import { byId, el } from './dom.js';
import { icon } from './icons.js';
import { kindText } from '../data/words.js';

const BARS = [['alert.pending', 'pending'], ['alert.firing', 'firing'], ['alert.no_data', 'alert without data'], ['gap', 'data gap']];
/** Kinds that a bar stands for, not a mark of their own. */
const DRAWN_AS_BARS = new Set(['alert.pending', 'alert.firing', 'alert.resolved', 'alert.pending_ended', 'alert.no_data', 'alert.data_returned']);

/**
 * What the shapes in sight stand for: those of the selection, one line below the chart.
 * @param {Model} model
 */
export function makeLegend(model) {
  const section = byId('legend');
  return (/** @type {Item[]} */ items) => {
    /** @type {Map<string, Item>} */
    const kinds = new Map();
    for (const item of items) if (!kinds.has(item.kind)) kinds.set(item.kind, item);
    const bars = BARS.filter(([kind]) => (kind === 'gap' ? model.gaps.length : kinds.has(kind)));
    const marks = [...kinds.values()].filter((item) => !DRAWN_AS_BARS.has(item.kind)).sort((a, b) => (a.kind < b.kind ? -1 : 1));
    section.replaceChildren(
      ...bars.map(([kind, words]) => legendEntry(icon(kind, kind === 'gap' ? 'gap' : 'alerts'), words)),
      ...marks.map((item) => legendEntry(icon(item.kind, item.lane), kindText(item.kind))));
  };
}

/** @param {SVGElement} mark @param {string} words */
function legendEntry(mark, words) {
  return el('span', {}, el('span', { class: 'icon' }, mark), words);
}
