import { LANES } from '../data/lane.js';
import { agreementRows, alertRows, coverageRows, roleRows, sourceRows } from './lanerows.js';
import { parted } from '../data/flaps.js';
import { grouped } from '../data/grouped.js';
import { amount, reasonText } from '../data/words.js';

const LANE_GAP = 10;
const PAD = 6;
const FOLDED = 18; // px of a folded lane's row
const LEAST = 10; // px of a row, whatever was chosen
const ABOVE = 13; // px of a row's name where it stands above the row

/**
 * Place lanes and rows: heights in px, whatever the range. Rows come from the selection.
 * @param {Model} model
 * @param {Item[]} items the selection, in display order
 * @param {State} state
 * @param {boolean} narrow titles above the lanes instead of beside them
 * @param {number} scale of type, 1 at 16 px
 * @returns {Geometry}
 */
export function placeLanes(model, items, state, narrow, scale) {
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
  if (model.data.sources.length) lanes.push(rowsLane('coverage', 'coverage', coverageRows(model, state)));
  return stack(inOrder(lanes, state.order).map((lane) => asChosen(lane, state)), narrow, scale);
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

/** Fold and height as chosen. @param {Lane} lane @param {State} state @returns {Lane} */
function asChosen(lane, state) {
  if (state.fold.includes(lane.key)) return folded(lane);
  const size = state.sizes.find(([key]) => key === lane.key)?.[1];
  if (!size) return lane;
  if (lane.panel) return { ...lane, height: Math.max(size, 4 * LEAST) };
  const rowHeight = Math.max((size - 2 * PAD) / lane.rows.length, LEAST);
  return { ...lane, rowHeight, height: lane.rows.length * rowHeight + 2 * PAD };
}

/** All of a lane in one row. @param {Lane} lane @returns {Lane} */
function folded(lane) {
  const items = lane.panel ? lane.crossings : lane.rows.flatMap((row) => row.items).sort((a, b) => a.index - b.index);
  const spans = lane.rows.flatMap((row) => row.spans).sort((a, b) => a.from - b.from);
  const sources = lane.panel ? [lane.panel.source] : lane.rows.flatMap((row) => row.sources);
  const flaps = [...lane.flaps, ...lane.rows.flatMap((row) => row.flaps)];
  const row = { label: '', sources: [...new Set(sources)], y: 0, items, spans, flaps };
  return { ...lane, panel: undefined, crossings: [], flaps: [], folded: true, rows: [row], rowHeight: FOLDED, height: FOLDED + 2 * PAD };
}

/** @param {Lane[]} lanes @param {boolean} narrow @param {number} scale @returns {Geometry} */
function stack(lanes, narrow, scale) {
  let top = 0;
  for (const lane of lanes) {
    const head = narrow ? 18 * scale : 0;
    lane.above = narrow && lane.rows.length > 1 && lane.rows.some((row) => row.label) ? ABOVE * scale : 0;
    lane.height = lane.height * scale + lane.rows.length * lane.above;
    lane.rowHeight *= scale;
    lane.top = top + head;
    lane.rows.forEach((row, index) => { row.y = lane.top + PAD * scale + (index + 0.5) * lane.rowHeight + (index + 1) * lane.above; });
    top = lane.top + lane.height + LANE_GAP * scale;
  }
  return { lanes, height: Math.max(top - LANE_GAP * scale, 40), left: (narrow ? 44 : 260) * scale, right: (narrow ? 12 : 28) * scale, top: 26 * scale, bottom: 36 * scale, scale };
}

/** @param {Row[]} rows */
function sharedNote(rows) {
  const lives = rows.reduce((sum, row) => sum + (row.lives ?? 1), 0);
  return lives > rows.length ? `${lives} in ${rows.length} rows` : '';
}

/** @param {Panel} panel @param {Item[]} crossings @param {number} of @param {State} state @returns {Lane} */
function panelLane(panel, crossings, of, state) {
  const height = of <= 2 ? 150 : of <= 4 ? 112 : 76;
  const hidden = panel.of > panel.shown ? `${panel.shown} of ${panel.of} series` : panel.series.length > 1 ? `${panel.series.length} series` : '';
  const lost = panel.series.length < panel.shown ? 'drawing data is not here' : '';
  const { flaps, rest } = parted(crossings, state);
  return { id: 'panel', key: panel.id, folded: false, title: panel.title, note: [panel.unit, hidden, lost].filter(Boolean).join(' · '), top: 0, above: 0, height, rowHeight: 0, rows: [], panel, crossings: rest, flaps };
}

/** @param {LaneId | 'agreement' | 'coverage'} id @param {string} title @param {Row[]} rows @returns {Lane} */
function rowsLane(id, title, rows) {
  const rowHeight = rows.length <= 8 ? 24 : rows.length <= 16 ? 20 : 16;
  return { id, key: id, folded: false, title, note: '', top: 0, above: 0, height: rows.length * rowHeight + 2 * PAD, rowHeight, rows, crossings: [], flaps: [] };
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
