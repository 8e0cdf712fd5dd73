import { byId, el, statementOf, withCode } from '../ui/dom.js';
import { boundsText, clockText } from '../data/instant.js';
import { sampleWords, seriesNames } from './crosshair.js';
import { dutyWords } from '../data/flaps.js';
import { pointRefs } from '../data/refs.js';
import { count, kindWords, reasonText } from '../data/words.js';

/** What is shown again once more has been read. */
let redraw = () => {};

/** A tip in sight, with what has been read meanwhile. */
export function refreshTip() {
  if (!byId('tip').hidden) redraw();
}

/** @param {import('./chart.js').Chart} chart @param {any} event of Plotly */
export function showTip(chart, event) {
  const tip = byId('tip');
  redraw = () => showTip(chart, event);
  const point = event.points[0];
  const words = point.data.name === 'series' ? seriesWords(chart, point) : point.customdata?.words ? [el('b', {}, point.customdata.words), ` at ${clockText(chart.model.origin + point.x, chart.store.get().zone)}`] : refWords(chart, pointRefs(point));
  if (!words.length) return;
  tip.replaceChildren(...words);
  tip.hidden = false;
  place(tip, event.event);
}

/** @param {HTMLElement} tip @param {MouseEvent} event */
function place(tip, event) {
  const { width, height } = tip.getBoundingClientRect();
  const left = event.clientX + 16 + width > innerWidth ? event.clientX - 16 - width : event.clientX + 16;
  const top = Math.min(event.clientY + 16, innerHeight - height - 8);
  tip.style.left = `${Math.max(left, 4)}px`;
  tip.style.top = `${Math.max(top, 4)}px`;
}

/** Words that stand cut in the chart: a finger cannot point. @param {HTMLElement} over */
export function listenNames(over) {
  over.addEventListener('pointerup', (event) => {
    const named = event.pointerType !== 'mouse' && event.target instanceof Element && event.target.closest('.row-name');
    if (!(named instanceof HTMLElement)) return;
    redraw = () => {};
    const tip = byId('tip');
    tip.replaceChildren(...named.title.split('\n').map((line) => el('div', { dir: 'auto' }, line)));
    tip.hidden = false;
    place(tip, event);
    document.addEventListener('pointerdown', hideTip, { once: true });
  });
}

export function hideTip() {
  byId('tip').hidden = true;
}

/** @param {import('./chart.js').Chart} chart @param {any} point */
function seriesWords(chart, point) {
  const { panel, series } = point.data.meta;
  if (panel.series.length === 1) return []; // its value stands in its panel
  const name = seriesNames(panel)[panel.series.indexOf(series)];
  const at = clockText(chart.model.origin + point.x, chart.store.get().zone);
  return [el('b', {}, sampleWords(series, point.x, panel).words), el('span', { class: 'muted' }, ` ${at}`), el('div', { dir: 'auto' }, name || panel.title)];
}

/** @param {import('./chart.js').Chart} chart @param {string[]} refs */
function refWords(chart, refs) {
  const { model, store } = chart;
  const item = model.byId.get(refs[0]);
  const flap = refs[0]?.startsWith('flap:') && model.flaps.find((one) => `flap:${one.id}` === refs[0]);
  if (flap) return [el('b', {}, `flapping ${flap.times}×, ${dutyWords(flap) || 'active for a share of the time that is not known'}`), ...saidOf(flap.items[0], model), el('div', { class: 'muted' }, 'click to unfold')];
  if (!item) return gapTip(chart, refs[0]);
  const words = [el('b', {}, boundsText(item, store.get().zone)), ...saidOf(item, model)];
  if (refs.length > 1) words.push(el('div', { class: 'muted' }, `and ${count(refs.length - 1, 'fact')} more here: click again for the next, or zoom in`));
  return words;
}

/** What a fact says; its kind until that is read. @param {Item} item @param {Model} model */
function saidOf(item, model) {
  const fact = model.rows.at(item);
  const quote = fact?.quote && el('div', { class: 'quote', dir: 'auto' }, fact.quote.text.slice(0, 240));
  return [el('div', {}, ...(fact ? withCode(statementOf(fact)) : [kindWords(item, model)])), ...(quote ? [quote] : [])];
}

/** @param {import('./chart.js').Chart} chart @param {string} ref */
function gapTip(chart, ref) {
  const item = chart.model.gaps.find((one) => one.gap.id === ref);
  return item ? [el('b', {}, `${item.gap.source}: ${item.gap.note ? 'note: ' : ''}${reasonText(item.gap.reason)}`), el('div', {}, ...withCode(item.gap.statement))] : [];
}
