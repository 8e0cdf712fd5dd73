import { faint } from '../data/palette.js';
import { severityColour } from '../ui/severity.js';
import { flapBars, rowMarks, secondsPerPixel } from '../ui/marks.js';

const SMALL = 5; // px of a mark in a row that many share
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
    customdata: bars.map((bar) => bar.ref), meta: bars.map((bar) => bar.look),
    marker: {
      color: looks.map((look) => look.fill),
      line: { color: looks.map((look) => look.line), width: looks.map((look) => look.width) },
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
    case 'firing': return { fill: colour, line: colour, width: 1 };
    case 'pending': return { fill: faint(colour, 0), line: colour, width: 1.5 };
    case 'hushed': return { fill: faint(colours.paper, 0.75), line: colour, width: 0 };
    case 'no_data': return { fill: faint(colour, 0), line: colour, width: 1 };
    case 'waiting': return { fill: faint(colour, 0), line: faint(colour, 0.6), width: 1 };
    case 'silenced': return { fill: faint(colour, 0), line: colour, width: 1 };
    case 'running': return { fill: faint(colour, 0.35), line: faint(colour, 0.35), width: 0 };
    case 'covered': return { fill: faint(colours.muted, 0.55), line: colours.muted, width: 0 };
    case 'role': return { fill: faint(colour, 0.2), line: colour, width: 1 };
    case 'ahead': return { fill: faint(colour, 0), line: faint(colour, 0.4), width: 1 };
    case 'flap': return { fill: faint(colour, 0.12), line: colour, width: 1 };
    case 'gap': return { fill: faint(colours.gap, 0.06), line: colours.gap, width: 0 };
    default: return { fill: faint(colour, 0.3), line: colour, width: 0 };
  }
}

/** Which way a state is hatched: along x + y (`/`), x - y (`\\`) or x (`|`), px apart, how strong. @type {Record<string, { ways: string, apart: number, strength: number }>} */
const HATCH = { gap: { ways: '/', apart: 8, strength: 0.6 }, silenced: { ways: '/\\', apart: 8, strength: 1 }, flap: { ways: '|', apart: 6, strength: 0.6 }, no_data: { ways: '\\', apart: 6, strength: 0.8 } };

/**
 * Hatching, as lines cut to their bars: a browser prints Plotly's own patterns as pictures of megabytes.
 * @param {Bar[]} bars @param {View} view @param {Record<string, string>} colours
 * @returns {object[]}
 */
export function hatchTraces(bars, view, colours) {
  const pixel = secondsPerPixel(view);
  return Object.entries(HATCH).map(([look, { ways, apart, strength }]) => {
    const own = bars.filter((bar) => bar.look === look);
    const strokes = united(own, pixel).flatMap((bar) => [...ways].map((way) => zigzag(hatchLines(bar, way, apart, pixel))));
    return {
      type: 'scatter', mode: 'lines', hoverinfo: 'skip', xaxis: 'x', yaxis: 'y', name: `hatching of ${look}`, connectgaps: false, line: { color: faint(own[0] ? colours[look === 'gap' ? 'gap' : own[0].lane] ?? colours.muted : colours.muted, strength), width: 1.25 },
      x: strokes.flatMap((points) => [...points.map(([x]) => x * pixel), null]), y: strokes.flatMap((points) => [...points.map(([, y]) => y), null]),
    };
  });
}

/** Bars of one row that meet are hatched as one. @param {Bar[]} bars @param {number} pixel s */
function united(bars, pixel) {
  /** @type {Bar[]} */
  const made = [];
  for (const bar of [...bars].sort((a, b) => a.y - b.y || a.x - b.x)) {
    const last = made.at(-1);
    if (last && last.y === bar.y && bar.x <= last.x + last.length + pixel) last.length = Math.max(last.length, bar.x + bar.length - last.x);
    else made.push({ ...bar });
  }
  return made;
}

/** Lines as one stroke along the bar's edges: each piece of a line is an element of its own in the page. @param {[number, number, number, number][]} lines */
function zigzag(lines) {
  return lines.flatMap(([x0, y0, x1, y1], index) => (index % 2 ? [[x1, y1], [x0, y0]] : [[x0, y0], [x1, y1]]));
}

/** @param {Bar} bar @param {string} way @param {number} apart @param {number} pixel s @returns {[number, number, number, number][]} px */
function hatchLines(bar, way, apart, pixel) {
  const [left, right, top, bottom] = [bar.x / pixel, (bar.x + bar.length) / pixel, bar.y - bar.thick / 2, bar.y + bar.thick / 2];
  const [first, last] = way === '/' ? [left + top, right + bottom] : way === '|' ? [left, right] : [left - bottom, right - top];
  /** @type {[number, number, number, number][]} */
  const lines = [];
  for (let at = (Math.floor(first / apart) + 1) * apart; at < last; at += apart) {
    if (way === '|') lines.push([at, top, at, bottom]);
    else {
      const [from, to] = way === '/' ? [Math.max(left, at - bottom), Math.min(right, at - top)] : [Math.max(left, at + top), Math.min(right, at + bottom)];
      lines.push(way === '/' ? [from, at - from, to, at - to] : [from, from - at, to, to - at]);
    }
  }
  return lines;
}

/**
 * All marks of lanes, as one trace; `customdata` is the mark's index.
 * @param {Mark[]} marks
 * @param {Record<string, string>} colours
 * @param {string} yaxis
 */
export function markTrace(marks, colours, yaxis) {
  const open = (/** @type {Mark} */ mark) => mark.symbol.includes('open');
  const colourOf = (/** @type {Mark} */ mark) => colours[mark.colour ?? mark.lane];
  return {
    type: 'scatter', mode: 'markers', hoverinfo: 'none', xaxis: 'x', yaxis, name: 'facts', cliponaxis: false,
    x: marks.map((mark) => mark.x), y: marks.map((mark) => mark.y), customdata: marks,
    marker: {
      symbol: marks.map((mark) => mark.symbol), color: marks.map(colourOf), opacity: marks.map((mark) => (mark.standing === 'ahead' ? 0.4 : 1)),
      size: marks.map((mark) => (mark.small ? SMALL : mark.quiet ? MARK_SIZE + 3 : MARK_SIZE) + (mark.items.length > 1 ? 3 : 0)),
      line: { color: marks.map((mark) => (open(mark) ? colourOf(mark) : colours.paper)), width: marks.map((mark) => (open(mark) ? 2 : 1)) },
    },
  };
}

/** Arrows where a life goes on: past the window, the playhead, or what is known of it. @param {Lane[]} lanes @param {View} view @param {Record<string, string>} colours @param {number | null} at */
export function arrowTrace(lanes, view, colours, at) {
  const until = Math.min(view.to, at ?? view.to);
  const ends = lanes.flatMap((lane) => lane.rows.flatMap((row) => row.spans.filter((span) => span.open && span.state !== 'role' && span.from <= until && Math.min(span.to, until) >= view.from).map((span) => ({ row, lane, span }))));
  return {
    type: 'scatter', mode: 'markers', hoverinfo: 'skip', xaxis: 'x', yaxis: 'y', name: 'still open', cliponaxis: false,
    x: ends.map((end) => Math.min(end.span.to, until)), y: ends.map((end) => end.row.y),
    marker: { symbol: 'triangle-right', size: 13, color: ends.map((end) => colours[end.lane.id === 'alerts' ? severityColour(end.row.severity) : end.lane.id]), line: { width: 0 }, opacity: 1 },
  };
}

const DASHES = ['solid', 'dash', 'dot', 'dashdot'];
const FEW = 4; // series that dashes can tell apart

/**
 * A panel's traces: the band between each step's minimum and maximum, the line, values that are no number.
 * @param {Lane} lane
 * @param {string} yaxis
 * @param {Record<string, string>} colours
 * @param {[number, number]} range
 * @returns {object[]}
 */
export function panelTraces(lane, yaxis, colours, range) {
  const panel = /** @type {Panel} */ (lane.panel);
  const below = panel.thresholds.length > 0 && panel.thresholds.every((one) => one.op.includes('<'));
  const cut = lane.drawn ?? [];
  const lines = cut.map((part, index) => lineTrace(part, below, index, panel, yaxis, colours));
  return [bandTrace(cut, yaxis, colours), ...lines.reverse(), oddTrace(cut, yaxis, colours, range)];
}

/** @param {Drawn[]} all @param {string} yaxis @param {Record<string, string>} colours */
function bandTrace(all, yaxis, colours) {
  /** @type {(number | null)[]} */
  const x = [];
  /** @type {(number | null)[]} */
  const y = [];
  for (const { t: times, hi: top, lo: bottom } of all) {
    for (const [start, end] of bottom ? pieces(top) : []) {
      const [t, hi, lo] = [times, top, bottom ?? []].map((list) => list.slice(start, end));
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
 * @param {Drawn} part @param {boolean} below @param {number} index
 * @param {Panel} panel @param {string} yaxis @param {Record<string, string>} colours
 */
function lineTrace(part, below, index, panel, yaxis, colours) {
  const few = panel.series.length <= FEW;
  return {
    type: 'scatter', mode: 'lines', x: part.t, y: below ? part.lo ?? part.hi : part.hi, xaxis: 'x', yaxis, hoverinfo: 'none', connectgaps: false,
    line: { color: faint(colours.metrics, index === 0 ? 1 : few ? 0.85 : 0.5), width: index === 0 ? 1.75 : few ? 1.5 : 1, dash: few ? DASHES[index] : 'solid' },
    meta: { panel, series: panel.series[index] }, name: 'series',
  };
}

/** Values beyond every axis stand at its edge: +Inf above, -Inf below; NaN is a cross. @param {Drawn[]} all @param {string} yaxis @param {Record<string, string>} colours @param {[number, number]} range */
function oddTrace(all, yaxis, colours, [low, high]) {
  const odd = all.flatMap((part) => part.odd);
  return {
    type: 'scatter', mode: 'markers', hoverinfo: 'none', cliponaxis: false, xaxis: 'x', yaxis, name: 'no number', x: odd.map((one) => one.at), y: odd.map((one) => (one.value === Infinity ? high : low)),
    customdata: odd.map((one) => ({ words: one.value === Infinity ? '+Inf' : one.value === -Infinity ? '-Inf' : 'NaN' })),
    marker: { symbol: odd.map((one) => (Number.isNaN(one.value) ? 'x-thin-open' : one.value > 0 ? 'arrow-up' : 'arrow-down')), size: 9, color: colours.metrics, line: { width: 1.5, color: colours.metrics } },
  };
}

/**
 * Crossings of a panel: the bounds as a bar on the threshold, a triangle at their end; flaps as ribbons.
 * @param {Lane} lane
 * @param {View} view
 * @param {string} yaxis
 * @param {[number, number]} range
 * @param {Record<string, string>} colours
 * @param {number | null} [at] the playhead
 */
export function crossingTraces(lane, view, yaxis, range, colours, at = null) {
  const marks = lane.crossings.flatMap((item) => rowMarks([item], view, crossingHeight(item, range), 'metrics', at));
  const pixel = secondsPerPixel(view);
  const wide = marks.flatMap((mark) => mark.items.filter((item) => item.from > -Infinity && item.to - item.from >= 2 * pixel && mark.standing !== 'ahead').map((item) => ({ item, y: mark.y })));
  const flaps = flapBars(lane.flaps, view, 0, 0, 'metrics').map((bar, index) => ({ ...bar, y: crossingHeight(lane.flaps[index].items[0], range) }));
  // A line is hit at its points only: many, so that a click anywhere on the ribbon unfolds it.
  const steps = Array.from({ length: 25 }, (_, step) => step / 24);
  return [
    {
      type: 'scatter', mode: 'lines', hoverinfo: 'skip', xaxis: 'x', yaxis, name: 'bounds', line: { color: faint(colours.metrics, 0.4), width: 8 },
      x: wide.flatMap(({ item }) => [item.from, item.to, null]), y: wide.flatMap(({ y }) => [y, y, null]),
    },
    {
      type: 'scatter', mode: 'lines', hoverinfo: 'none', xaxis: 'x', yaxis, name: 'flaps', line: { color: faint(colours.metrics, 0.6), width: 11, dash: '2px,4px' },
      x: flaps.flatMap((bar) => [...steps.map((step) => bar.x + step * bar.length), null]), y: flaps.flatMap((bar) => [...steps.map(() => bar.y), null]), customdata: flaps.flatMap((bar) => [...steps.map(() => bar.ref), '']),
    },
    markTrace(marks, colours, yaxis),
  ];
}

/** @param {Item} item @param {[number, number]} range */
function crossingHeight({ height }, range) {
  return height === null ? range[0] : Math.min(Math.max(height, range[0]), range[1]);
}
