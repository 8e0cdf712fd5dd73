import { LANES } from './model.js';
import { spansOf } from './lives.js';
import { amount, reasonText } from './words.js';

const LANE_GAP = 10;
const PAD = 6;
const MOST_ROWS = 24; // lives beyond share rows where they do not overlap

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
  const { crossings, loose } = assignCrossings(panels, items.filter((item) => item.lane === 'metrics'));
  /** @type {Lane[]} */
  const lanes = [];
  for (const { id, title } of LANES) {
    const own = id === 'metrics' ? loose : items.filter((item) => item.lane === id);
    if (id === 'metrics') panels.forEach((panel, index) => lanes.push(panelLane(panel, crossings[index], panels.length)));
    if (own.length) lanes.push(rowsLane(id, title, id === 'alerts' ? lifeRows(model, own) : sourceRows(model, own)));
  }
  if (model.data.sources.length) lanes.push(coverageLane(model, state));
  return stack(lanes, narrow, scale);
}

/** @param {Lane[]} lanes @param {boolean} narrow @param {number} scale @returns {Geometry} */
function stack(lanes, narrow, scale) {
  let top = 0;
  for (const lane of lanes) {
    const head = narrow ? 18 * scale : 0;
    lane.height *= scale;
    lane.rowHeight *= scale;
    lane.top = top + head;
    lane.rows.forEach((row, index) => { row.y = lane.top + PAD * scale + (index + 0.5) * lane.rowHeight; });
    top = lane.top + lane.height + LANE_GAP * scale;
  }
  return { lanes, height: Math.max(top - LANE_GAP * scale, 40), left: (narrow ? 44 : 232) * scale, right: (narrow ? 12 : 28) * scale, top: 26 * scale, bottom: 36 * scale, scale };
}

/** @param {Panel} panel @param {Item[]} crossings @param {number} of @returns {Lane} */
function panelLane(panel, crossings, of) {
  const height = of <= 2 ? 150 : of <= 4 ? 112 : 88;
  const hidden = panel.of > panel.shown ? `${panel.shown} of ${panel.of} series` : panel.series.length > 1 ? `${panel.series.length} series` : '';
  const lost = panel.series.length < panel.shown ? 'drawing data is not here' : '';
  return { id: 'panel', title: panel.title, note: [panel.unit, hidden, lost].filter(Boolean).join(' · '), top: 0, height, rowHeight: 0, rows: [], panel, crossings };
}

/** @param {LaneId | 'coverage'} id @param {string} title @param {Row[]} rows @returns {Lane} */
function rowsLane(id, title, rows) {
  const rowHeight = rows.length <= 8 ? 24 : rows.length <= 16 ? 20 : 16;
  return { id, title, note: '', top: 0, height: rows.length * rowHeight + 2 * PAD, rowHeight, rows, crossings: [] };
}

/** @param {Model} model @param {Item[]} items @returns {Row[]} one a source */
function sourceRows(model, items) {
  const names = [...new Set(items.map((item) => item.fact.source))].sort();
  const alone = names.length === 1;
  return names.map((name) => {
    const own = items.filter((item) => item.fact.source === name);
    return { label: alone && name === own[0].lane ? '' : name, source: name, y: 0, items: own, spans: livesOf(own).flatMap((life) => spansOf(life, model.length)) };
  });
}

/** @param {Item[]} items */
function livesOf(items) {
  /** @type {Map<string, Item[]>} */
  const lives = new Map();
  for (const item of items) {
    const key = item.fact.thread ?? item.fact.id;
    const life = lives.get(key);
    if (life) life.push(item);
    else lives.set(key, [item]);
  }
  return [...lives.values()];
}

/** One row a life; with many, lives that do not overlap share. @param {Model} model @param {Item[]} items @returns {Row[]} */
function lifeRows(model, items) {
  const rows = livesOf(items).map((life) => ({
    label: lifeLabel(life[0].fact), source: life[0].fact.source, y: 0, items: life, spans: spansOf(life, model.length),
  }));
  const joined = withGuests(rows);
  return joined.length <= MOST_ROWS ? joined : packed(joined);
}

/** What another source says of an alert (a notification, an acknowledgement) stands in the alert's row. @param {Row[]} rows */
function withGuests(rows) {
  const hosts = new Map(rows.filter((row) => row.spans.length).reverse().map((row) => [row.label, row]));
  return rows.filter((row) => {
    const host = row.spans.length ? undefined : hosts.get(row.label);
    host?.items.push(...row.items);
    host?.items.sort((a, b) => a.index - b.index);
    return !host;
  });
}

/** @param {Row[]} rows */
function packed(rows) {
  /** @type {{ row: Row, end: number, lives: number }[]} */
  const shared = [];
  for (const row of rows) {
    const [from, to] = extent(row);
    const place = shared.find((one) => one.end < from) ?? (shared.length < MOST_ROWS ? undefined : shared.reduce((a, b) => (a.end <= b.end ? a : b)));
    if (place) {
      place.row.items.push(...row.items);
      place.row.spans.push(...row.spans);
      place.lives += 1;
      place.row.label = `${place.lives} alerts`;
      place.end = Math.max(place.end, to);
    } else shared.push({ row: { ...row, items: [...row.items], spans: [...row.spans] }, end: to, lives: 1 });
  }
  shared.forEach(({ row }) => row.items.sort((a, b) => a.index - b.index));
  return shared.map((one) => one.row);
}

/** @param {Row} row @returns {[number, number]} */
function extent(row) {
  const from = row.items.reduce((least, item) => Math.min(least, Math.max(item.from, 0)), Infinity);
  const to = Math.max(row.items.reduce((most, item) => Math.max(most, item.to), 0), row.spans.reduce((most, span) => Math.max(most, span.to), 0));
  return [from, to];
}

/** @param {Fact} fact */
function lifeLabel(fact) {
  const { labels, service, component } = fact.subject;
  const name = labels.alertname ?? /`([^`]+)`/.exec(fact.statement)?.[1] ?? component ?? fact.source;
  const which = service ?? labels.service ?? labels.instance ?? labels.job ?? component;
  return which && which !== name ? `${name} · ${which}` : name;
}

/** @param {Model} model @param {State} state @returns {Lane} */
function coverageLane(model, state) {
  const names = model.data.sources.filter((name) => !state.sources || state.sources.includes(name));
  return rowsLane('coverage', 'coverage', names.map((name) => ({ label: name, source: name, y: 0, items: [], spans: [] })));
}

/**
 * A crossing is drawn in the panel of its query, else of its threshold and unit.
 * @param {Panel[]} panels
 * @param {Item[]} items
 */
function assignCrossings(panels, items) {
  /** @type {Item[][]} */
  const crossings = panels.map(() => []);
  /** @type {Item[]} */
  const loose = [];
  for (const item of items) {
    const own = panels.flatMap((panel, index) => (sameQuery(panel, item.fact) ? [index] : []));
    const at = own.find((index) => sameThreshold(panels[index], item.fact)) ?? own[0] ?? panels.findIndex((panel) => sameThreshold(panel, item.fact));
    (at >= 0 ? crossings[at] : loose).push(item);
  }
  return { crossings, loose };
}

/** Evidence may say behind the query on which grid it was evaluated. @param {Panel} panel @param {Fact} fact */
function sameQuery(panel, fact) {
  return fact.evidence.some((one) => one.source === panel.source && (one.query === panel.query || one.query?.startsWith(`${panel.query} #`)));
}

/** @param {Panel} panel @param {Fact} fact */
function sameThreshold(panel, fact) {
  const limit = fact.quantity?.threshold;
  return limit !== undefined && panel.source === fact.source && (panel.unit ?? '') === (fact.quantity?.unit ?? '') && panel.thresholds.some((one) => one.value === limit);
}

/** The words drawn on a hatched gap. @param {Gap} gap */
export function gapWords(gap) {
  return reasonText(gap.reason);
}

/** @param {{ name: string, op: string, value?: number | string }} threshold @param {string} [unit] */
export function thresholdWords(threshold, unit) {
  return `${threshold.op} ${amount(threshold.value, unit)}`;
}
