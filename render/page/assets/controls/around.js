import { el, seamed } from '../ui/dom.js';
import { sampleWords, seriesNames } from '../chart/crosshair.js';
import { duration } from '../data/words.js';

const STEPS_AROUND = [-300, 0, 300, 900]; // s from the change
const MOST_SERIES = 12;

/**
 * What metrics were before a change and after it: their last samples then. Nothing is said of why.
 * @param {Item} item @param {Model} model @param {State} state
 */
export function aroundChange(item, model, { at }) {
  if (item.category !== 'change' || !model.data.panels.length) return [];
  const until = at ?? model.length;
  const steps = STEPS_AROUND.filter((step) => item.to + step >= 0 && item.to + step <= until);
  const rows = model.data.panels.flatMap((panel) => {
    const names = seriesNames(panel);
    return panel.series.map((series, index) => ({ name: panel.series.length > 1 ? `${panel.title} ${names[index]}` : panel.title, values: steps.map((step) => sampleWords(series, item.to + step, panel).words) }));
  });
  const head = el('tr', {}, el('th', { scope: 'col' }, 'metric'), ...steps.map((step) => el('th', { scope: 'col' }, step === 0 ? 'then' : `${duration(Math.abs(step), true)} ${step < 0 ? 'before' : 'after'}`)));
  const more = rows.length > MOST_SERIES ? [el('p', { class: 'muted' }, `and ${rows.length - MOST_SERIES} more series`)] : [];
  return [el('h3', {}, 'metrics before and after'), el('table', { class: 'timings around' }, el('thead', {}, head), el('tbody', {}, ...rows.slice(0, MOST_SERIES).map(({ name, values }) => el('tr', {}, el('th', { scope: 'row', dir: 'auto' }, ...seamed(name)), ...values.map((words) => el('td', { class: 'value' }, words)))))), ...more];
}
