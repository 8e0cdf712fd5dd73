import { el } from '../ui/dom.js';
import { peakWords } from './crosshair.js';
import { laneNames } from './lanenames.js';
import { laneWords } from './lanewords.js';
import { gapWords, thresholdWords } from './lanes.js';
import { selectGaps } from '../data/select.js';
import { flapForms, flapWords } from '../data/flaps.js';
import { textWidth } from '../ui/fit.js';
import { markTold } from '../data/ranges.js';

/**
 * Names, words on gaps and the chosen fact: HTML text above the figure, placed by its geometry.
 * @param {import('./chart.js').Chart} chart
 * @param {HTMLElement} under
 * @param {HTMLElement} over
 */
export function drawOverlay(chart, under, over) {
  const { geometry, view, model, store } = chart;
  const state = store.get();
  const place = { x: (/** @type {number} */ at) => geometry.left + ((at - view.from) / (view.to - view.from)) * view.width, top: geometry.top, scale: geometry.scale };
  under.replaceChildren(...geometry.lanes.map((lane) => el('div', { class: `lane lane-${lane.id}`, style: `top:${lane.top + geometry.top}px;height:${lane.height}px;left:${geometry.left}px;width:${view.width}px` })));
  const until = state.at ?? Infinity;
  const gaps = selectGaps(model, { ...state, from: null, to: null }).filter((item) => item.from < until).map((item) => ({ ...item, to: Math.min(item.to, until) }));
  over.replaceChildren(
    ...geometry.lanes.flatMap((lane) => laneNames(lane, geometry, place, view, (panel) => peakWords(panel, model, state))),
    ...geometry.lanes.flatMap((lane) => (lane.panel ? thresholdNames(lane, geometry) : [])),
    ...geometry.lanes.filter((lane) => lane.id === 'coverage' || lane.panel).flatMap((lane) => gapNames(lane, gaps, view, place)),
    ...geometry.lanes.flatMap((lane) => laneWords(lane, chart, place)),
    ...geometry.lanes.flatMap((lane) => flapNames(lane, view, place)),
    ...geometry.lanes.filter((lane) => lane.id === 'people').flatMap((lane) => roleNames(lane, view, place)),
    ...geometry.lanes.map((lane) => laneEdge(lane, geometry)),
    ...marked(chart, place),
    ...chosen(chart, place),
  );
}

/** @param {Lane} lane @param {Geometry} geometry */
function thresholdNames(lane, geometry) {
  const [low, high] = lane.range ?? [0, 1];
  return (lane.panel?.thresholds ?? []).filter((one) => typeof one.value === 'number').map((one) => {
    const y = lane.top + geometry.top + (1 - (Number(one.value) - low) / (high - low)) * lane.height;
    return el('div', { class: 'limit', style: `top:${y - 16 * geometry.scale}px;left:${geometry.left + 2}px`, title: one.name }, thresholdWords(one, lane.panel?.unit));
  });
}

/** @param {Lane} lane @param {GapItem[]} gaps @param {View} view @param {Place} place */
function gapNames(lane, gaps, view, place) {
  const places = lane.panel ? [{ sources: [lane.panel.source], y: lane.top + lane.height - 12 }] : lane.rows;
  return places.flatMap(({ sources, y }) => gaps.filter((item) => sources.includes(item.gap.source) && item.to > view.from && item.from < view.to).flatMap((item) => {
    const [left, right] = [place.x(Math.max(item.from, view.from)), place.x(Math.min(item.to, view.to))];
    const room = right - left - 6;
    // On a narrow gap the words would hide it: in the coverage lane they stand beside it.
    if (room < 84 && lane.panel) return [];
    const beside = room < 84 ? { left: right + 4, room: 150 * place.scale } : { left: left + 3, room };
    return [el('div', { class: 'gap-words', style: `top:${y + place.top - 9 * place.scale}px;left:${beside.left}px;max-width:${beside.room}px` }, gapWords(item.gap))];
  }));
}

/** What a ribbon stands for, on it or, where it is short, beside it. @param {Lane} lane @param {View} view @param {Place} place */
function flapNames(lane, view, place) {
  /** @type {Pick<Row, 'flaps' | 'y' | 'named'>[]} */
  const rows = lane.panel ? [{ flaps: lane.flaps, y: lane.top + 9 }] : lane.rows;
  return rows.flatMap(({ flaps, y, named }) => {
    /** @type {[number, number][]} */
    const taken = named ? [named] : [];
    // The one that began most often is named first; what would cover it is named by its tip alone.
    return [...flaps].sort((a, b) => b.times - a.times || b.to - b.from - a.to + a.from).filter((flap) => flap.to > view.from && flap.from < view.to).flatMap((flap) => {
      const [left, right] = [place.x(Math.max(flap.from, view.from)), place.x(Math.min(flap.to, view.to))];
      // As many words as there is room for, whole: on a short ribbon they would hide it, and stand behind it.
      const wide = (/** @type {string} */ one) => textWidth(one, place.scale) + 10 * place.scale;
      const behind = (/** @type {string} */ one) => right + 6 + wide(one) <= place.x(view.to);
      const upon = (/** @type {string} */ one) => right - left >= 2 * wide(one);
      // Upon the ribbon at its end: its row's name may stand upon its beginning.
      const startOf = (/** @type {string} */ one) => (!upon(one) && behind(one) ? right + 6 : Math.max(right - wide(one) - 6, left + 6));
      const short = `${flap.times}×`;
      const words = (lane.panel ? [short] : [...flapForms(flap), short]).find((one) => (upon(one) || behind(one)) && !taken.some(([from, to]) => startOf(one) < to && startOf(one) + wide(one) > from)) ?? short;
      const [width, at] = [wide(words), startOf(words)];
      if (taken.some(([from, to]) => at < to && at + width > from)) return [];
      taken.push([at, at + width]);
      // Beside the row's name, where that stands above the row.
      const over = lane.above ? lane.rowHeight / 2 + lane.above / 2 : 0;
      return [el('div', { class: 'flap-words', title: flapWords(flap), style: `top:${y + place.top - over - 9 * place.scale}px;left:${at}px;` }, words)];
    });
  });
}

/** Who held a role: on the bar. @param {Lane} lane @param {View} view @param {Place} place */
function roleNames(lane, view, place) {
  const words = (/** @type {string} */ text, /** @type {number} */ left, /** @type {number} */ right, /** @type {number} */ y, claimed = false) => el('div', { class: `role-words${claimed ? ' claimed' : ''}`, dir: 'auto', style: `top:${y + place.top - 9 * place.scale}px;left:${left}px;max-width:${Math.max(right - left, 0)}px` }, text);
  return lane.rows.flatMap((row) => [
    ...row.spans.filter((span) => span.to > view.from && span.from < view.to).map((span) => words(span.begin.actor ?? 'somebody', place.x(Math.max(span.from, view.from)) + 12, place.x(Math.min(span.to, view.to)), row.y)),
    ...(row.words ? [words(row.words, place.x(view.from) + 4, place.x(view.to), row.y, true)] : []),
  ]);
}

/** The lower edge of a lane can be dragged, beside the plot, where a drag zooms. @param {Lane} lane @param {Geometry} geometry */
function laneEdge(lane, geometry) {
  return el('div', { class: 'lane-edge', 'data-lane': lane.key, style: `top:${lane.top + lane.height + geometry.top - 3}px;width:${geometry.left}px` });
}

/** A marked range, and how long it is. @param {import('./chart.js').Chart} chart @param {Place} place */
function marked(chart, place) {
  const { model, store, view, geometry } = chart;
  const { mark, named, fact } = store.get();
  if (!mark || mark[1] < view.from || mark[0] > view.to) return [];
  const [left, right] = [place.x(Math.max(mark[0], view.from)), place.x(Math.min(mark[1], view.to))];
  return [el('div', { class: 'marked', style: `left:${left}px;width:${Math.max(right - left, 1)}px;top:${geometry.top - 20}px;height:${geometry.height + 20}px` }, el('span', {}, markTold(model, mark, fact ? null : named)))];
}

/** The chosen fact: its bounds as a column through all lanes. @param {import('./chart.js').Chart} chart @param {Place} place */
function chosen(chart, place) {
  const { model, store, view, geometry } = chart;
  const state = store.get();
  const item = state.fact ? model.byId.get(state.fact) : undefined;
  const gap = state.gap ? model.gaps.find((one) => one.gap.id === state.gap) : undefined;
  const [from, to] = item ? [item.from === -Infinity ? item.to : item.from, item.to] : gap ? [gap.from, gap.to] : [1, 0];
  if (from > to || to < view.from || from > view.to) return [];
  const [left, right] = [place.x(Math.max(from, view.from)), place.x(Math.min(to, view.to))];
  const style = `left:${left - 1}px;width:${Math.max(right - left, 0) + 2}px;top:${geometry.top}px;height:${geometry.height}px`;
  return [el('div', { class: `chosen${right - left < 3 ? ' thin' : ''}`, style })];
}
