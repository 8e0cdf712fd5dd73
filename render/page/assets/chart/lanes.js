import { LANES } from '../data/lane.js';
import { agreementRows, alertRows, coverageRows, roleRows, sourceRows } from './lanerows.js';
import { parted } from '../data/flaps.js';
import { grouped } from '../data/grouped.js';
import { LINE } from './lanewords.js';
import { amount, reasonText } from '../data/words.js';

const LANE_GAP = 6;
const [TOP, BOTTOM] = [4, 8]; // px above and below all lanes
const MOST_GROWN = 3; // times a metric's height
const PAD = 4;
const CHAT_MARKS = 24; // px of a row's marks, above what was said
const SAID_LINES = 3; // of messages, below their marks
const NARROW = 660; // px of the chart
const MIDDLE = 1100; // px of the chart, up to which names have less room
const FOLDED = 18; // px of a folded lane's row
const LEAST = 10; // px of a row, whatever was chosen
const SHARED = 13; // px of a row that many share, below its name
const ABOVE = 15; // px of a row's name where it stands above the row

/**
 * Place lanes and rows: heights in px, whatever the range. Rows come from the selection.
 * @param {Model} model
 * @param {Item[]} items the selection, in display order
 * @param {State} state
 * @param {number} width px; where it is small, titles stand above the lanes instead of beside them
 * @param {number} scale of type, 1 at 16 px
 * @param {number} [room] px of height that the pane has: metrics take what the lanes leave
 * @returns {Geometry}
 */
export function placeLanes(model, items, state, width, scale, room = 0) {
  const panels = state.lanes && !state.lanes.includes('metrics') ? [] : model.data.panels.filter((p) => !state.sources || state.sources.includes(p.source));
  const byLane = grouped(items, (item) => item.lane);
  const { crossings, loose } = assignCrossings(panels, byLane.get('metrics') ?? []);
  /** @type {Lane[]} */
  const lanes = [];
  for (const { id, title } of LANES) {
    const own = id === 'metrics' ? loose : byLane.get(id) ?? [];
    if (id === 'metrics') panels.forEach((panel, index) => lanes.push(panelLane(panel, crossings[index], panels.length, state)));
    const rows = id === 'alerts' ? alertRows(model, own, state) : id === 'people' ? roleRows(model, own, state) : own.length ? sourceRows(model, own, state) : [];
    if (rows.length) lanes.push({ ...rowsLane(id, title, rows), note: sharedNote(rows) });
    const compared = id === 'alerts' && state.at === null ? agreementRows(model, items) : [];
    if (compared.length) lanes.push(rowsLane('agreement', 'rule coverage', compared));
  }
  if (model.data.sources.length) lanes.push({ ...rowsLane('coverage', 'data gaps', coverageRows(model, state)), note: gapCount(model, state) });
  // Where nothing else is drawn, which source lacks what is all that there is to see.
  return stack(inOrder(lanes, state.order).map((lane) => (lanes.length === 1 ? lane : asChosen(lane, state))), width, scale, { room, chosen: new Set(state.sizes.map(([key]) => key)) });
}

/** The order that was chosen; what it does not name stays behind its neighbour. @param {Lane[]} lanes @param {string[] | null} order */
function inOrder(lanes, order) {
  if (!order) return lanes;
  const placed = order.flatMap((key) => lanes.find((lane) => lane.key === key) ?? []);
  lanes.forEach((lane, index) => {
    if (placed.includes(lane)) return;
    placed.splice(index ? placed.indexOf(lanes[index - 1]) + 1 : 0, 0, lane);
  });
  return placed;
}

/** Lanes of one line until somebody opens them. */
const AT_FIRST = ['coverage', 'agreement'];

/** @param {string} key of a lane @param {Pick<State, 'fold'>} state */
export function isFolded(key, { fold }) {
  return fold.includes(key) || (AT_FIRST.includes(key) && !fold.includes(`+${key}`));
}

/** What is folded is opened, and the other way round; `+` before a lane's key is one that is folded at first. @param {string} key @param {Pick<State, 'fold'>} state @returns {string[]} */
export function refolded(key, state) {
  const rest = state.fold.filter((one) => one !== key && one !== `+${key}`);
  if (isFolded(key, state)) return AT_FIRST.includes(key) ? [...rest, `+${key}`] : rest;
  return AT_FIRST.includes(key) ? rest : [...rest, key];
}

/** Fold and height as chosen. @param {Lane} lane @param {State} state @returns {Lane} */
function asChosen(lane, state) {
  if (isFolded(lane.key, state)) return folded(lane);
  const size = state.sizes.find(([key]) => key === lane.key)?.[1];
  if (!size) return lane;
  if (lane.panel) return { ...lane, height: Math.max(size, 4 * LEAST) };
  const each = Math.max((size - 2 * PAD) / lane.rows.length, LEAST);
  const below = lane.id === 'chat' ? Math.max(each - CHAT_MARKS, 0) : 0;
  return { ...lane, below, rowHeight: each - below, height: lane.rows.length * (each - below) + 2 * PAD };
}

/** All of a lane in one row. @param {Lane} lane @returns {Lane} */
function folded(lane) {
  const items = lane.panel ? lane.crossings : lane.rows.flatMap((row) => row.items).sort((a, b) => a.index - b.index);
  const spans = lane.rows.flatMap((row) => row.spans).sort((a, b) => a.from - b.from);
  const sources = lane.panel ? [lane.panel.source] : lane.rows.flatMap((row) => row.sources);
  const flaps = [...lane.flaps, ...lane.rows.flatMap((row) => row.flaps)];
  const row = { label: '', sources: [...new Set(sources)], y: 0, items, spans, flaps };
  return { ...lane, panel: undefined, below: 0, crossings: [], flaps: [], folded: true, rows: [row], rowHeight: FOLDED, height: FOLDED + 2 * PAD };
}

/** @param {Lane[]} lanes @param {number} width @param {number} scale @param {{ room: number, chosen: Set<string> }} more @returns {Geometry} */
function stack(lanes, width, scale, { room, chosen }) {
  const narrow = width < NARROW;
  const left = narrow ? 44 : width < MIDDLE * scale ? 200 : 240;
  const head = narrow ? 18 * scale : 0;
  for (const lane of lanes) {
    // The name of a row that many share is long, and what it draws leaves no room beside it.
    const shared = lane.rows.some((row) => (row.lives ?? 1) > 1);
    lane.above = (narrow && lane.rows.length > 1 && lane.rows.some((row) => row.label)) || shared ? ABOVE * scale : 0;
    if (shared && !narrow) [lane.height, lane.rowHeight] = [lane.height - lane.rows.length * Math.max(lane.rowHeight - SHARED, 0), Math.min(lane.rowHeight, SHARED)];
    lane.below *= scale;
    lane.height = lane.height * scale + lane.rows.length * (lane.above + lane.below);
    lane.rowHeight *= scale;
  }
  grow(lanes.filter((lane) => lane.panel && !chosen.has(lane.key)), room - lanes.reduce((sum, lane) => sum + lane.height + head + LANE_GAP * scale, (TOP + BOTTOM) * scale));
  let top = 0;
  for (const lane of lanes) {
    lane.top = top + head;
    lane.rows.forEach((row, index) => { row.y = lane.top + PAD * scale + (index + 0.5) * lane.rowHeight + (index + 1) * lane.above + index * lane.below; });
    top = lane.top + lane.height + LANE_GAP * scale;
  }
  return { lanes, height: Math.max(top - LANE_GAP * scale, 40), left: left * scale, right: (narrow ? 12 : 20) * scale, top: TOP * scale, bottom: BOTTOM * scale, scale };
}

/** Metrics take what a tall pane leaves, each the same, up to so many times their height. @param {Lane[]} panels @param {number} left px */
function grow(panels, left) {
  for (const lane of panels) lane.height += Math.max(Math.min(left / panels.length, lane.height * (MOST_GROWN - 1)), 0);
}

/** In an exercise only those that began. @param {Model} model @param {State} state */
function gapCount({ gaps, drill }, { at }) {
  const known = gaps.filter((item) => !item.gap.note && (!drill || item.from <= (at ?? 0)));
  return known.length ? String(known.length) : 'none';
}

/** @param {Row[]} rows */
function sharedNote(rows) {
  const lives = rows.reduce((sum, row) => sum + (row.lives ?? 1), 0);
  return lives > rows.length ? `${lives} in ${rows.length} rows` : '';
}

/** @param {Panel} panel @param {Item[]} crossings @param {number} of @param {State} state @returns {Lane} */
function panelLane(panel, crossings, of, state) {
  const height = of <= 2 ? 120 : of <= 4 ? 84 : 64;
  const hidden = panel.of > panel.shown ? `${panel.shown} of ${panel.of} series` : panel.series.length > 1 ? `${panel.series.length} series` : '';
  const lost = panel.series.length < panel.shown ? 'drawing data is not here' : '';
  const { flaps, rest } = parted(crossings, state);
  return { id: 'panel', key: panel.id, folded: false, title: panel.title, note: [hidden, lost].filter(Boolean).join(' · '), top: 0, above: 0, below: 0, height, rowHeight: 0, rows: [], panel, crossings: rest, flaps };
}

/** @param {LaneId | 'agreement' | 'coverage'} id @param {string} title @param {Row[]} rows @returns {Lane} */
function rowsLane(id, title, rows) {
  const rowHeight = rows.length <= 8 ? 24 : rows.length <= 16 ? 20 : 16;
  return { id, key: id, folded: false, title, note: '', top: 0, above: 0, below: id === 'chat' && rows.length <= 2 ? SAID_LINES * LINE : 0, height: rows.length * rowHeight + 2 * PAD, rowHeight, rows, crossings: [], flaps: [] };
}

/**
 * A crossing is drawn in its panel; one whose panel is not shown stands in a lane of its own.
 * @param {Panel[]} panels
 * @param {Item[]} items
 */
function assignCrossings(panels, items) {
  const places = new Map(panels.map((panel, index) => [panel.id, index]));
  /** @type {Item[][]} */
  const crossings = panels.map(() => []);
  /** @type {Item[]} */
  const loose = [];
  for (const item of items) {
    const at = places.get(item.panel);
    (at === undefined ? loose : crossings[at]).push(item);
  }
  return { crossings, loose };
}

/** The words drawn on a hatched gap. @param {Gap} gap */
export function gapWords(gap) {
  return reasonText(gap.reason);
}

/** @param {{ name: string, op: string, value?: number | string }} threshold @param {string} [unit] */
export function thresholdWords(threshold, unit) {
  return `${threshold.op} ${amount(threshold.value, unit, [threshold.value])}`;
}
