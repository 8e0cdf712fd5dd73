import { el } from '../ui/dom.js';
import { clockText } from '../data/instant.js';
import { gapWords, thresholdWords } from './lanes.js';
import { selectGaps } from '../data/select.js';
import { firstFrom } from '../data/series.js';
import { flapWords } from '../data/flaps.js';
import { markWords } from '../data/ranges.js';
import { amount } from '../data/words.js';

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
    ...geometry.lanes.flatMap((lane) => laneNames(lane, geometry)),
    ...geometry.lanes.flatMap((lane) => (lane.panel ? thresholdNames(lane, geometry, view) : [])),
    ...geometry.lanes.filter((lane) => lane.id === 'coverage' || lane.panel).flatMap((lane) => gapNames(lane, gaps, view, place)),
    ...geometry.lanes.filter((lane) => lane.id === 'changes' && !lane.folded).flatMap((lane) => changeNames(lane, view, place, state.at)),
    ...geometry.lanes.flatMap((lane) => flapNames(lane, view, place)),
    ...geometry.lanes.filter((lane) => lane.id === 'people').flatMap((lane) => roleNames(lane, view, place)),
    ...geometry.lanes.map((lane) => laneEdge(lane, geometry)),
    ...marked(chart, place),
    ...chosen(chart, place),
  );
}

/** @param {Lane} lane @param {Geometry} geometry */
function laneNames(lane, geometry) {
  const { scale } = geometry;
  const narrow = geometry.left < 100 * scale;
  const middle = lane.top + geometry.top;
  const style = narrow ? `top:${middle - 17 * scale}px;left:${geometry.left}px` : `top:${middle + (lane.panel ? 6 : 0)}px;left:0;width:${geometry.left - 14}px`;
  const words = lane.panel ? [el('b', { dir: 'auto' }, lane.title), el('small', {}, lane.note)] : [el('b', {}, lane.title), lane.note && el('small', {}, lane.note)];
  const hint = `${lane.folded ? 'Click to unfold' : 'Click to fold'}; drag to another place`;
  const title = el('div', { class: `lane-name${narrow ? ' above' : ''}${lane.panel ? ' of-panel' : ''}${lane.folded ? ' folded' : ''}`, 'data-lane': lane.key, style: lane.panel || narrow ? style : `${style};height:${lane.height}px`, title: [lane.title, lane.note, hint].filter(Boolean).join('\n') }, ...words);
  // Names of rows begin where the lane's own name ends.
  const left = (14 + 8 * lane.title.length) * scale;
  const place = narrow ? { left: geometry.left, width: 0 } : { left, width: geometry.left - 12 * scale - left };
  const rows = lane.rows.filter((row) => row.label && (!narrow || lane.above)).map((row) => el('div', {
    class: 'row-name', dir: 'auto', title: row.hint ?? row.label, style: `top:${row.y + geometry.top - lane.rowHeight / 2 - lane.above}px;height:${lane.rowHeight}px;line-height:${lane.rowHeight}px;left:${place.left}px;${narrow ? `max-width:calc(100% - ${geometry.left + geometry.right}px)` : `width:${place.width}px`}`,
  }, ...row.label.split(/(?= · )/).map((part) => el('span', {}, part))));
  return [title, ...rows];
}

/** @param {Lane} lane @param {Geometry} geometry @param {View} view */
function thresholdNames(lane, geometry, view) {
  const [low, high] = lane.range ?? [0, 1];
  return (lane.panel?.thresholds ?? []).filter((one) => typeof one.value === 'number').map((one) => {
    const y = lane.top + geometry.top + (1 - (Number(one.value) - low) / (high - low)) * lane.height;
    return el('div', { class: 'limit', style: `top:${y - 16 * geometry.scale}px;left:${geometry.left + view.width - 4}px`, title: one.name }, thresholdWords(one, lane.panel?.unit));
  });
}

/** @param {Lane} lane @param {GapItem[]} gaps @param {View} view @param {{ x: (at: number) => number, top: number, scale: number }} place */
function gapNames(lane, gaps, view, place) {
  const places = lane.panel ? [{ sources: [lane.panel.source], y: lane.top + lane.height - 12 }] : lane.rows;
  return places.flatMap(({ sources, y }) => gaps.filter((item) => sources.includes(item.gap.source) && item.to > view.from && item.from < view.to).flatMap((item) => {
    const [left, right] = [place.x(Math.max(item.from, view.from)), place.x(Math.min(item.to, view.to))];
    const room = right - left - 6;
    // On a narrow gap the words would hide it: in the coverage lane they stand beside it.
    if (room < 84 && lane.panel) return [];
    const beside = room < 84 ? { left: right + 4, room: 150 } : { left: left + 3, room };
    return [el('div', { class: 'gap-words', style: `top:${y + place.top - 9 * place.scale}px;left:${beside.left}px;max-width:${beside.room}px` }, gapWords(item.gap))];
  }));
}

/** The name of a change stands beside its mark where there is room. @param {Lane} lane @param {View} view @param {{ x: (at: number) => number, top: number, scale: number }} place @param {number | null} at */
function changeNames(lane, view, place, at) {
  return lane.rows.flatMap((row) => {
    const marks = row.items.filter((item) => item.to >= view.from && item.to <= view.to).sort((a, b) => a.to - b.to);
    return marks.flatMap((item, index) => {
      const left = place.x(item.to) + 10;
      const room = (index + 1 < marks.length ? place.x(marks[index + 1].to) - 10 : place.x(view.to)) - left;
      const words = `${item.words} ${item.kind.split('.')[1].replaceAll('_', ' ')}`.trim();
      return room < Math.min(words.length * 6.5, 60) + 6 || (at !== null && item.seen > at) ? [] : [el('div', { class: 'change-words', dir: 'auto', style: `top:${row.y + place.top - 9 * place.scale}px;left:${left}px;max-width:${room}px` }, words)];
    });
  });
}

/** What a ribbon stands for, on it or, where it is short, beside it. @param {Lane} lane @param {View} view @param {{ x: (at: number) => number, top: number, scale: number }} place */
function flapNames(lane, view, place) {
  const rows = lane.panel ? [{ flaps: lane.flaps, y: lane.top + 9 }] : lane.rows;
  return rows.flatMap(({ flaps, y }) => {
    /** @type {[number, number][]} */
    const taken = [];
    // The one that began most often is named first; what would cover it is named by its tip alone.
    return [...flaps].sort((a, b) => b.times - a.times || b.to - b.from - a.to + a.from).filter((flap) => flap.to > view.from && flap.from < view.to).flatMap((flap) => {
      const words = flapWords(flap);
      const width = words.length * 6.5 * place.scale;
      const [left, right] = [place.x(Math.max(flap.from, view.from)), place.x(Math.min(flap.to, view.to))];
      // On a short ribbon the words would hide it.
      const beside = right - left < 2 * width && right < place.x(view.to) - width;
      const at = beside ? right + 6 : left + 6;
      if (taken.some(([from, to]) => at < to && at + width > from)) return [];
      taken.push([at, at + width]);
      return [el('div', { class: 'flap-words', style: `top:${y + place.top - 9 * place.scale}px;left:${at}px` }, words)];
    });
  });
}

/** Who held a role: on the bar. @param {Lane} lane @param {View} view @param {{ x: (at: number) => number, top: number, scale: number }} place */
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

/** A marked range, and how long it is. @param {import('./chart.js').Chart} chart @param {{ x: (at: number) => number, top: number, scale: number }} place */
function marked(chart, place) {
  const { model, store, view, geometry } = chart;
  const { mark } = store.get();
  if (!mark || mark[1] < view.from || mark[0] > view.to) return [];
  const [left, right] = [place.x(Math.max(mark[0], view.from)), place.x(Math.min(mark[1], view.to))];
  return [el('div', { class: 'marked', style: `left:${left}px;width:${Math.max(right - left, 1)}px;top:${geometry.top - 20}px;height:${geometry.height + 20}px` }, el('span', {}, markWords(model, mark)))];
}

/** The chosen fact: its bounds as a column through all lanes. @param {import('./chart.js').Chart} chart @param {{ x: (at: number) => number, top: number, scale: number }} place */
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

/** A hairline that reads the time under the pointer. @param {HTMLElement} section @param {() => import('./chart.js').Chart} current */
export function followPointer(section, current) {
  const line = el('div', { class: 'hairline', hidden: true, 'aria-hidden': 'true' }, el('span', {}));
  section.append(line);
  section.addEventListener('pointermove', (event) => {
    const { geometry, view, model, store } = current();
    const x = event.clientX - section.getBoundingClientRect().left;
    const inside = x >= geometry.left && x <= geometry.left + view.width && event.pointerType !== 'touch';
    line.hidden = !inside;
    if (!inside) return;
    const at = model.origin + view.from + ((x - geometry.left) / view.width) * (view.to - view.from);
    line.style.cssText = `left:${x}px;top:0;height:${geometry.height + geometry.top}px`;
    /** @type {HTMLElement} */ (line.firstChild).textContent = clockText(at, store.get().zone);
  });
  section.addEventListener('pointerleave', () => { line.hidden = true; });
}

/** @param {SeriesData} series @param {number} at @param {Panel} panel */
export function valueWords(series, at, { unit, thresholds }) {
  const index = firstFrom(series.t, at);
  const [hi, lo] = [series.hi[index], series.lo?.[index]];
  const limits = thresholds.map((one) => one.value);
  return lo === undefined || lo === null || lo === hi ? amount(hi, unit, limits) : `${amount(lo, '', limits)} – ${amount(hi, unit, limits)}`;
}
