import { doubtBars, flapBars, gapBars, rowMarks, spanBars } from '../ui/marks.js';
import { changeBars, changeMarks } from '../ui/changes.js';
import { severityColour } from '../ui/severity.js';
import { drawn } from '../data/series.js';
import { arrowTrace, barTrace, crossingTraces, hatchTraces, markTrace, panelTraces } from './traces.js';
import { faint } from '../data/palette.js';
import { axisTicks } from './axis.js';
import { textWidth } from '../ui/fit.js';
import { amount } from '../data/words.js';

/** Vertical lines of changes help while they are few. */
const MOST_LINES = 40;
/** Points of one panel's lines; with more series, columns are wider than a pixel. */
const MOST_POINTS = 8_000;
const TICK_ROOM = 42; // px beside a value axis, at type of 16 px

/** @typedef {{ zone: string, colours: Record<string, string>, touch: boolean, font: number, scale: number, at: number | null }} Look */

/**
 * The whole figure for one range. No text of a source goes into it: names are HTML text above it.
 * @param {Model} model
 * @param {Geometry} geometry
 * @param {View} view
 * @param {GapItem[]} gaps
 * @param {Look} look
 */
export function makeFigure(model, geometry, view, gaps, look) {
  const { lanes, height } = geometry;
  const bars = lanes.flatMap((lane) => laneBars(lane, view, gaps, model.length, look.at));
  const marks = lanes.flatMap((lane) => (lane.panel || lane.id === 'coverage' ? [] : lane.rows.flatMap((row) => lane.id === 'changes' ? changeMarks(row.items, view, row.y, look.at) : rowMarks(row.items, view, row.y, factLane(lane), look.at).map((mark) => ({ ...mark, small: (row.lives ?? 1) > 1, colour: lane.id === 'alerts' ? severityColour(row.severity) : undefined })))));
  const traces = [barTrace(bars, look.colours), ...hatchTraces(bars, view, look.colours), arrowTrace(lanes, view, look.colours, look.at), markTrace(marks, look.colours, 'y')];
  /** @type {Record<string, any>} */
  const layout = {
    height: height + geometry.top + geometry.bottom, width: view.width + geometry.left + geometry.right,
    margin: { l: geometry.left, r: geometry.right, t: geometry.top, b: geometry.bottom, pad: 0 }, showlegend: false, barmode: 'overlay', hovermode: 'closest', hoverdistance: 12,
    dragmode: look.touch ? false : 'zoom', paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)', font: { family: 'system-ui, sans-serif', size: look.font, color: look.colours.muted },
    xaxis: timeAxis(model, view, look, geometry.scale), yaxis: { domain: [0, 1], range: [height, 0], visible: false, fixedrange: true, anchor: 'x' }, shapes: shapesOf(model, geometry, view, look),
  };
  lanes.filter((lane) => lane.panel).forEach((lane, index) => addPanel(lane, `y${index + 2}`, { traces, layout, view, height, look, drill: model.drill }));
  return { traces, layout };
}

/** A folded panel's facts are still metrics. @param {Lane} lane @returns {LaneId} */
function factLane(lane) {
  return lane.id === 'panel' ? 'metrics' : lane.id === 'agreement' ? 'alerts' : /** @type {LaneId} */ (lane.id);
}

/** @param {Lane} lane @param {View} view @param {GapItem[]} gaps @param {number} length @param {number | null} at @returns {Bar[]} */
function laneBars(lane, view, gaps, length, at) {
  const known = at === null ? gaps : gaps.filter((item) => item.from < at).map((item) => ({ ...item, to: Math.min(item.to, at) }));
  if (lane.panel) {
    const own = known.filter((item) => item.gap.source === lane.panel?.source);
    return gapBars(own, view, lane.top + lane.height / 2, lane.height);
  }
  return lane.rows.flatMap((row) => rowBars(lane, row, view, known.filter((item) => row.sources.includes(item.gap.source)), Math.min(length, at ?? length), at));
}

/** @param {Lane} lane @param {Row} row @param {View} view @param {GapItem[]} gaps @param {number} length @param {number | null} at @returns {Bar[]} */
function rowBars(lane, row, view, gaps, length, at) {
  const hatched = gapBars(gaps, view, row.y, lane.rowHeight - 6);
  const thick = Math.max(Math.min(lane.rowHeight - 8, 14), 4);
  if (lane.id === 'coverage') {
    const covered = { ref: '', x: view.from, length: Math.min(view.to, length) - view.from, y: row.y, thick: 3, look: 'covered', lane: 'coverage' };
    return [...uncovered(covered, gaps, view), ...hatched];
  }
  const id = factLane(lane);
  const colour = id === 'alerts' && lane.id !== 'agreement' ? severityColour(row.severity) : id;
  const changes = id === 'changes' ? changeBars(row.items, view, row.y, at) : [];
  return [...hatched, ...changes, ...flapBars(row.flaps, view, row.y, thick, colour), ...doubtBars(row, view, colour, thick, at), ...spanBars(row, view, id === 'changes' || lane.id === 'agreement' ? 5 : thick, colour)];
}

/** Quiet is a plain line, and it stops where a gap begins. @param {Bar} line @param {GapItem[]} gaps @param {View} view @returns {Bar[]} */
export function uncovered(line, gaps, view) {
  /** @type {Bar[]} */
  const parts = [];
  let at = line.x;
  for (const gap of [...gaps].sort((a, b) => a.from - b.from)) {
    if (gap.from > at) parts.push({ ...line, x: at, length: Math.min(gap.from, view.to) - at });
    at = Math.max(at, gap.to);
  }
  if (at < line.x + line.length) parts.push({ ...line, x: at, length: line.x + line.length - at });
  return parts.filter((part) => part.length > 0);
}

/** Lines at the times that the overview names. @param {Model} model @param {View} view @param {Look} look @param {number} scale */
function timeAxis(model, view, look, scale) {
  const marks = axisTicks(model, view, look.zone, scale);
  return {
    type: 'linear', range: [view.from, view.to], domain: [0, 1], anchor: 'y', showticklabels: false, tickmode: 'array', tickvals: marks.map((mark) => mark.at - model.origin),
    gridcolor: look.colours.grid, zeroline: false, showline: false, ticks: '', fixedrange: look.touch, automargin: false, minallowed: 0, maxallowed: model.length,
  };
}

/** @param {Model} model @param {Geometry} geometry @param {View} view @param {Look} look */
function shapesOf(model, geometry, view, { colours, at }) {
  const panels = geometry.lanes.filter((lane) => lane.panel);
  const changes = geometry.lanes.filter((lane) => lane.id === 'changes').flatMap((lane) => lane.rows.flatMap((row) => row.items))
    .filter((item) => item.kind.startsWith('deploy.') && item.kind !== 'deploy.waiting' && item.to >= view.from && item.to <= view.to && (at === null || item.seen <= at));
  const lines = changes.length <= MOST_LINES ? changes.flatMap((item) => panels.map((panel) => ({
    type: 'line', xref: 'x', yref: 'y', x0: item.to, x1: item.to, y0: panel.top, y1: panel.top + panel.height, line: { color: faint(colours.changes, 0.8), width: 1, dash: 'dot' },
  }))) : [];
  return [...padding(model, colours), ...lines];
}

/** What was collected around the incident is shaded: it is context. @param {Model} model @param {Record<string, string>} colours */
function padding(model, colours) {
  const { start, end } = model.data.incident;
  const sides = [[0, start && Date.parse(start) / 1000 - model.origin], [!model.drill && end && Date.parse(end) / 1000 - model.origin, model.length]];
  return sides.filter(([from, to]) => typeof from === 'number' && typeof to === 'number' && from < to && from >= 0 && to <= model.length)
    .map(([from, to]) => ({ type: 'rect', xref: 'x', yref: 'paper', x0: from, x1: to, y0: 0, y1: 1, line: { width: 0 }, fillcolor: colours.shade, layer: 'below' }));
}

/** @param {Lane} lane @param {string} yaxis @param {{ traces: object[], layout: Record<string, any>, view: View, height: number, look: Look, drill: boolean }} into */
function addPanel(lane, yaxis, into) {
  const { colours, font, at } = into.look;
  const series = lane.panel?.series ?? [];
  const pixels = Math.max((series.length * into.view.width * 4) / MOST_POINTS, 1);
  lane.drawn = series.map((one) => drawn(one, into.view, at ?? Infinity, pixels));
  // A replay keeps the axis still; an exercise, which may not tell what is to come, does not.
  const range = panelRange(at === null || into.drill ? lane : { ...lane, drawn: series.map((one) => drawn(one, into.view, Infinity, pixels)) });
  lane.range = range;
  into.traces.push(...panelTraces(lane, yaxis, colours, range), ...crossingTraces(lane, into.view, yaxis, range, colours, at));
  const values = niceTicks(range);
  into.layout[yaxis.replace('y', 'yaxis')] = {
    domain: [1 - (lane.top + lane.height) / into.height, 1 - lane.top / into.height], range, fixedrange: true, anchor: 'x', tickmode: 'array', tickvals: values,
    ticktext: tickTexts(values, lane.panel?.unit ?? '', into.look.scale), tickfont: { size: font, color: colours.muted }, gridcolor: colours.grid, zeroline: false, ticks: '', automargin: false,
  };
  for (const { value } of lane.panel?.thresholds ?? []) {
    if (typeof value === 'number') into.layout.shapes.push({ type: 'line', xref: 'paper', yref: yaxis, x0: 0, x1: 1, y0: value, y1: value, line: { color: colours.alerts, width: 1.25, dash: 'dash' } });
  }
}

/** Values beside their axis, each with its unit where all of them have room for it. @param {number[]} values @param {string} unit @param {number} scale */
function tickTexts(values, unit, scale) {
  const told = values.map((value) => amount(value, unit));
  return told.every((text) => textWidth(text, scale) <= TICK_ROOM * scale) ? told : values.map((value) => amount(value, unit === 'ratio' ? unit : ''));
}

/**
 * The value range of a panel in view: every drawn value and every threshold, from zero where that is near.
 * @param {Lane} lane
 * @returns {[number, number]}
 */
export function panelRange(lane) {
  const limits = lane.panel?.thresholds.flatMap((one) => (typeof one.value === 'number' ? [one.value] : [])) ?? [];
  let [low, high] = [Math.min(...limits), Math.max(...limits)];
  for (const part of lane.drawn ?? []) {
    low = Math.min(low, part.low);
    high = Math.max(high, part.high);
  }
  if (low > high) return [0, 1];
  if (low > 0 && low < high * 0.6) low = 0;
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  return [low === 0 ? 0 : low - room, high + room];
}

/** @param {[number, number]} range @returns {number[]} two to four round values */
export function niceTicks([low, high]) {
  const rough = (high - low) / 3;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = size * ([1, 2, 5, 10].find((factor) => rough <= factor * size) ?? 10);
  const values = [];
  for (let n = Math.ceil(low / step); n * step <= high; n += 1) values.push(Number((n * step).toPrecision(12)));
  return values;
}
