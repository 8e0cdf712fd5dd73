import { faint } from './palette.js';
import { rowMarks, secondsPerPixel } from './marks.js';

const MARK_SIZE = 11; // px at type of 16 px

/**
 * All bars of lanes and gaps, as one trace.
 * @param {Bar[]} bars
 * @param {Record<string, string>} colours
 */
export function barTrace(bars, colours) {
  const looks = bars.map((bar) => barLook(bar, colours));
  return {
    type: 'bar', orientation: 'h', hoverinfo: 'none', xaxis: 'x', yaxis: 'y', name: 'spans',
    base: bars.map((bar) => bar.x), x: bars.map((bar) => bar.length), y: bars.map((bar) => bar.y), width: bars.map((bar) => bar.thick),
    customdata: bars.map((bar) => bar.ref),
    marker: {
      color: looks.map((look) => look.fill),
      line: { color: looks.map((look) => look.line), width: looks.map((look) => look.width) },
      pattern: { shape: looks.map((look) => look.pattern), fgcolor: looks.map((look) => look.line), bgcolor: looks.map((look) => look.fill), size: 8, solidity: 0.34, fgopacity: 1 },
    },
  };
}

/**
 * Shape says the state, colour only repeats it.
 * @param {Bar} bar
 * @param {Record<string, string>} colours
 */
function barLook(bar, colours) {
  const colour = colours[bar.lane] ?? colours.muted;
  switch (bar.look) {
    case 'firing': return { fill: colour, line: colour, width: 1, pattern: '' };
    case 'pending': return { fill: faint(colour, 0), line: colour, width: 1.5, pattern: '' };
    case 'silenced': return { fill: faint(colours.paper, 0.6), line: colour, width: 1, pattern: 'x' };
    case 'running': return { fill: faint(colour, 0.35), line: faint(colour, 0.35), width: 0, pattern: '' };
    case 'covered': return { fill: faint(colours.muted, 0.55), line: colours.muted, width: 0, pattern: '' };
    case 'gap': return { fill: faint(colours.gap, 0.12), line: colours.gap, width: 0, pattern: '/' };
    default: return { fill: faint(colour, 0.3), line: colour, width: 0, pattern: '' };
  }
}

/**
 * All marks of lanes, as one trace; `customdata` is the mark's index.
 * @param {Mark[]} marks
 * @param {Record<string, string>} colours
 * @param {string} yaxis
 */
export function markTrace(marks, colours, yaxis) {
  const open = (/** @type {Mark} */ mark) => mark.symbol.includes('open');
  return {
    type: 'scatter', mode: 'markers', hoverinfo: 'none', xaxis: 'x', yaxis, name: 'facts', cliponaxis: false,
    x: marks.map((mark) => mark.x), y: marks.map((mark) => mark.y), customdata: marks,
    marker: {
      symbol: marks.map((mark) => mark.symbol), color: marks.map((mark) => colours[mark.lane]), opacity: 1,
      size: marks.map((mark) => (mark.quiet ? MARK_SIZE + 3 : MARK_SIZE) + (mark.items.length > 1 ? 3 : 0)),
      line: { color: marks.map((mark) => (open(mark) ? colours[mark.lane] : colours.paper)), width: marks.map((mark) => (open(mark) ? 2 : 1)) },
    },
  };
}

/** Arrows where a life goes on past the window. @param {Lane[]} lanes @param {View} view @param {Record<string, string>} colours */
export function arrowTrace(lanes, view, colours) {
  const ends = lanes.flatMap((lane) => lane.rows.flatMap((row) => row.spans.filter((span) => span.open && span.from <= view.to && span.to >= view.to).map((span) => ({ row, lane, span }))));
  return {
    type: 'scatter', mode: 'markers', hoverinfo: 'skip', xaxis: 'x', yaxis: 'y', name: 'still open', cliponaxis: false,
    x: ends.map(() => view.to), y: ends.map((end) => end.row.y),
    marker: { symbol: 'triangle-right', size: 13, color: ends.map((end) => colours[end.lane.id]), line: { width: 0 }, opacity: 1 },
  };
}

const DASHES = ['solid', 'dash', 'dot', 'dashdot'];
const FEW = 4; // series that dashes can tell apart

/**
 * A panel's traces: the band between each step's minimum and maximum, the line, and its crossings.
 * @param {Lane} lane
 * @param {View} view
 * @param {string} yaxis
 * @param {Record<string, string>} colours
 * @returns {object[]}
 */
export function panelTraces(lane, view, yaxis, colours) {
  const panel = /** @type {Panel} */ (lane.panel);
  const below = panel.thresholds.length > 0 && panel.thresholds.every((one) => one.op.includes('<'));
  const cut = panel.series.map((series) => slice(series, view));
  const lines = cut.map((series, index) => lineTrace(series, below, index, cut.length, panel, yaxis, colours));
  return [bandTrace(cut, yaxis, colours), ...lines.reverse()];
}

/** The part of a series in the range, and one point more on each side. @param {SeriesData} series @param {View} view @returns {SeriesData} */
export function slice(series, view) {
  const first = Math.max(series.t.findIndex((at) => at !== null && at >= view.from) - 1, 0);
  const beyond = series.t.findIndex((at) => at !== null && at > view.to);
  const end = beyond < 0 ? series.t.length : beyond + 1;
  return { labels: series.labels, t: series.t.slice(first, end), hi: series.hi.slice(first, end), lo: series.lo?.slice(first, end) };
}

/** @param {SeriesData[]} all @param {string} yaxis @param {Record<string, string>} colours */
function bandTrace(all, yaxis, colours) {
  /** @type {(number | null)[]} */
  const x = [];
  /** @type {(number | null)[]} */
  const y = [];
  for (const series of all) {
    for (const [start, end] of series.lo ? pieces(series.hi) : []) {
      const [t, hi, lo] = [series.t, series.hi, series.lo ?? []].map((list) => list.slice(start, end));
      x.push(...t, ...t.reverse(), null);
      y.push(...hi, ...lo.reverse(), null);
    }
  }
  return { type: 'scatter', mode: 'none', fill: 'toself', fillcolor: faint(colours.metrics, all.length > FEW ? 0.1 : 0.22), x, y, xaxis: 'x', yaxis, hoverinfo: 'skip', name: 'band' };
}

/** Runs without a hole, as [start, end). @param {(number | null)[]} values @returns {[number, number][]} */
export function pieces(values) {
  /** @type {[number, number][]} */
  const runs = [];
  let start = -1;
  values.forEach((value, index) => {
    if (value !== null && start < 0) start = index;
    if (value === null && start >= 0) {
      runs.push([start, index]);
      start = -1;
    }
  });
  if (start >= 0) runs.push([start, values.length]);
  return runs;
}

/**
 * @param {SeriesData} series @param {boolean} below @param {number} index @param {number} of
 * @param {Panel} panel @param {string} yaxis @param {Record<string, string>} colours
 */
function lineTrace(series, below, index, of, panel, yaxis, colours) {
  const few = of <= FEW;
  return {
    type: 'scatter', mode: 'lines', x: series.t, y: below ? series.lo ?? series.hi : series.hi, xaxis: 'x', yaxis, hoverinfo: 'none', connectgaps: false,
    line: { color: faint(colours.metrics, index === 0 ? 1 : few ? 0.85 : 0.5), width: index === 0 ? 1.75 : few ? 1.5 : 1, dash: few ? DASHES[index] : 'solid' },
    meta: { panel, series }, name: 'series',
  };
}

/**
 * Crossings of a panel: the bounds as a bar on the threshold, a triangle at their end.
 * @param {Lane} lane
 * @param {View} view
 * @param {string} yaxis
 * @param {[number, number]} range
 * @param {Record<string, string>} colours
 */
export function crossingTraces(lane, view, yaxis, range, colours) {
  const marks = lane.crossings.flatMap((item) => rowMarks([item], view, crossingHeight(item.fact, range), 'metrics'));
  const pixel = secondsPerPixel(view);
  const wide = marks.flatMap((mark) => mark.items.filter((item) => item.from > -Infinity && item.to - item.from >= 2 * pixel).map((item) => ({ item, y: mark.y })));
  return [
    {
      type: 'scatter', mode: 'lines', hoverinfo: 'skip', xaxis: 'x', yaxis, name: 'bounds', line: { color: faint(colours.metrics, 0.4), width: 8 },
      x: wide.flatMap(({ item }) => [item.from, item.to, null]), y: wide.flatMap(({ y }) => [y, y, null]),
    },
    markTrace(marks, colours, yaxis),
  ];
}

/** @param {Fact} fact @param {[number, number]} range */
function crossingHeight(fact, range) {
  const at = Number(fact.quantity?.threshold ?? fact.quantity?.value);
  return Number.isFinite(at) ? Math.min(Math.max(at, range[0]), range[1]) : range[0];
}
