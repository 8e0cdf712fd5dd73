import { standing } from '../data/replay.js';

const SNUG = 5; // px: marks of one look that are nearer are drawn as one that says how many
const BAR_FROM = 2; // px of bounds from which a fact is a bar

/** @type {Record<string, string>} */
const SYMBOLS = {
  'metric.crossed_above': 'triangle-up', 'metric.crossed_below': 'triangle-down', 'metric.matched': 'circle-dot', 'metric.unmatched': 'circle-open-dot',
  'metric.present': 'circle', 'metric.absent': 'circle-open', 'metric.undefined': 'circle-x-open', 'metric.defined': 'circle',
  'alert.pending': 'line-ns-open', 'alert.pending_ended': 'line-ns-open', 'alert.firing': 'line-ns-open', 'alert.resolved': 'line-ns-open',
  'alert.acknowledged': 'hexagon', 'alert.notified': 'hourglass', 'alert.silenced': 'x', 'alert.unsilenced': 'x-open',
  'alert.no_data': 'line-ns-open', 'alert.data_returned': 'line-ns-open',
  'alert.unacknowledged': 'hexagon-open-dot', 'alert.escalated': 'star-triangle-up', 'alert.reassigned': 'star-square',
  'deploy.started': 'diamond-open', 'deploy.finished': 'diamond', 'deploy.failed': 'diamond-x-open', 'deploy.rolled_back': 'diamond-open-dot',
  'deploy.waiting': 'diamond-wide-open', 'deploy.cancelled': 'diamond-cross-open', 'change.removed': 'diamond-tall-open-dot',
  'chat.message': 'circle', 'chat.edited': 'circle-open-dot', 'chat.deleted': 'circle-x-open',
  'log.first_seen': 'square', 'log.rate_changed': 'square-open', 'trace.first_error': 'square-cross',
  'status.posted': 'pentagon', 'incident.role_assigned': 'bowtie', custom: 'cross',
};
/** @type {Record<string, string>} */
const FAMILY_SYMBOLS = { change: 'diamond-tall', incident: 'star', alert: 'line-ns-open' };

/**
 * A crossing's shape says where the value went, whatever its threshold asks for; of what matches, only the fact tells.
 * @param {string} kind
 * @param {Turn} [turn] where the value went
 * @returns {string} Plotly's name of the shape
 */
export function symbolOf(kind, turn = '') {
  if (turn) return `triangle-${turn}`;
  return SYMBOLS[kind] ?? FAMILY_SYMBOLS[kind.split('.')[0]] ?? 'cross';
}

/** What nobody had been told is an outline. @param {string} symbol */
export function hollow(symbol) {
  return symbol.includes('open') ? symbol : `${symbol}-open`;
}

/** @param {View} view */
export function secondsPerPixel(view) {
  return (view.to - view.from) / Math.max(view.width, 1);
}

/**
 * Bars for facts whose bounds are wider than two pixels; the bar is as wide as the bounds.
 * @param {Row} row
 * @param {View} view
 * @param {string} lane whose colour it has
 * @param {number} thick px
 * @param {number | null} [at] the playhead
 * @returns {Bar[]}
 */
export function doubtBars(row, view, lane, thick, at = null) {
  const pixel = secondsPerPixel(view);
  /** @type {Bar[]} */
  const bars = [];
  for (const item of row.items) {
    const from = Math.max(item.from, view.from);
    const to = Math.min(item.to, view.to);
    // Two bars on the same pixels look like one: the second adds nothing to see.
    const last = bars.at(-1);
    const same = last && Math.abs(last.x - from) < pixel && Math.abs(last.x + last.length - to) < pixel;
    if (to - from >= BAR_FROM * pixel && !same) bars.push({ ref: item.id, x: from, length: to - from, y: row.y, thick, look: standing(item, at) === 'ahead' ? 'ahead' : 'doubt', lane });
  }
  return bars;
}

/**
 * Marks of a row in the range; those on the same few pixels and of one shape are one mark.
 * @param {Item[]} items in display order
 * @param {View} view
 * @param {number} y px
 * @param {LaneId} lane
 * @param {number | null} [at] the playhead
 * @returns {Mark[]}
 */
export function rowMarks(items, view, y, lane, at = null) {
  const pixel = secondsPerPixel(view);
  /** @type {Mark[]} */
  const marks = [];
  /** @type {Map<string, Mark>} */
  const last = new Map();
  for (const item of items) {
    if (item.to < view.from && item.to >= 0) continue;
    if (Math.max(item.from, 0) > view.to) continue;
    const x = markAt(item, view, pixel);
    const how = standing(item, at);
    const shape = item.to < 0 ? 'triangle-left' : symbolOf(item.kind, item.turn);
    const symbol = how === 'seen' ? shape : hollow(shape);
    const near = last.get(symbol + how);
    if (near && Math.abs(x - near.x) < SNUG * pixel) near.items.push(item);
    else {
      const mark = { items: [item], x, y, symbol, lane, quiet: lane === 'alerts' && symbol === 'line-ns-open', standing: how };
      marks.push(mark);
      last.set(symbol + how, mark);
    }
  }
  return dodged(marks, pixel);
}

const DODGE = 5; // px

/** Marks of different shapes that would cover each other step aside. @param {Mark[]} marks @param {number} pixel */
function dodged(marks, pixel) {
  let before = -Infinity;
  let shift = 0;
  for (const mark of marks.filter((one) => !one.quiet).sort((a, b) => a.x - b.x)) {
    const covers = mark.x - before < 2 * SNUG * pixel && (shift !== 0 || marks.some((one) => one.x === before && one.symbol !== mark.symbol));
    shift = covers ? (shift > 0 ? -DODGE : DODGE) : 0;
    mark.y += shift;
    before = mark.x;
  }
  return marks;
}

/**
 * Where a fact's mark stands: the end of its bounds, when it was certainly so.
 * @param {Item} item @param {View} view @param {number} pixel
 */
function markAt(item, view, pixel) {
  const wide = item.from !== -Infinity && item.to - item.from >= BAR_FROM * pixel;
  const at = wide || item.from === -Infinity ? item.to : (item.from + item.to) / 2;
  return Math.min(Math.max(at, view.from), view.to);
}

/**
 * Bars of a row's spans; neighbours of one state that share their pixels are one ribbon.
 * @param {Row} row
 * @param {View} view
 * @param {number} thick px
 * @param {string} lane whose colour it has
 * @returns {Bar[]}
 */
export function spanBars(row, view, thick, lane) {
  const pixel = secondsPerPixel(view);
  /** @type {Bar[]} */
  const bars = [];
  for (const span of row.spans) {
    if (span.to < view.from || span.from > view.to) continue;
    const [from, to] = [Math.max(span.from, view.from), Math.min(span.to, view.to)];
    const last = bars.at(-1);
    if (last && last.look === span.state && from - last.x - last.length < pixel && to - from < BAR_FROM * pixel) last.length = Math.max(last.length, to - last.x);
    else {
      const bar = { ref: span.begin.id, x: from, length: Math.max(to - from, pixel), y: row.y, thick, look: /** @type {string} */ (span.state), lane };
      // What is below shines through between the lines, paler.
      if (span.state === 'silenced') bars.push({ ...bar, look: 'hushed' });
      bars.push(bar);
    }
  }
  return bars;
}

/**
 * A life that began again and again, as one ribbon.
 * @param {Flap[]} flaps @param {View} view @param {number} y @param {number} thick px @param {string} lane
 * @returns {Bar[]}
 */
export function flapBars(flaps, view, y, thick, lane) {
  const pixel = secondsPerPixel(view);
  return flaps.filter((flap) => flap.to > view.from && flap.from < view.to).map((flap) => {
    const [from, to] = [Math.max(flap.from, view.from), Math.min(flap.to, view.to)];
    return { ref: flapRef(flap), x: from, length: Math.max(to - from, 2 * pixel), y, thick, look: 'flap', lane };
  });
}

/** @param {Flap} flap */
export function flapRef(flap) {
  return `flap:${flap.id}`;
}

/**
 * Hatched bars where there is no data from the source.
 * @param {GapItem[]} gaps
 * @param {View} view
 * @param {number} y px
 * @param {number} thick px
 * @returns {Bar[]}
 */
export function gapBars(gaps, view, y, thick) {
  const pixel = secondsPerPixel(view);
  return gaps.filter((item) => item.to > view.from && item.from < view.to).map((item) => {
    const [from, to] = [Math.max(item.from, view.from), Math.min(item.to, view.to)];
    return { ref: item.gap.id, x: from, length: Math.max(to - from, 2 * pixel), y, thick, look: 'gap', lane: 'coverage' };
  });
}
