import { makeFigure } from './figure.js';
import { placeLanes } from './lanes.js';
import { palette } from '../data/palette.js';
import { inRange, selectGaps, selectItems } from '../data/select.js';
import { drawOverlay } from './overlay.js';
import { makeCrosshair } from './crosshair.js';
import { makeLaneHandles } from './lanetools.js';
import { makePlayhead } from './playhead.js';
import { hideTip, listenNames, showTip } from './tip.js';
import { pointRefs } from '../data/refs.js';
import { chooseFact } from '../data/ranges.js';
import { byId, el, painted } from '../ui/dom.js';

const CONFIG = { displayModeBar: false, responsive: false, doubleClick: false, scrollZoom: false, showTips: false };
const MANY = 10_000; // facts, from which a chart takes longer than a frame
const HIDDEN = 16; // px beside the chart on a phone, where it may be behind its tab

/** @typedef {{ model: Model, store: Store, geometry: Geometry, view: View, drawn: boolean, gestured: boolean, room: number }} Chart */

/** @param {Model} model @param {Store} store @param {(items: Item[], geometry: Geometry, view: View) => void} shown draws what shares the time axis */
export function makeChart(model, store, shown) {
  const plot = /** @type {PlotElement} */ (byId('plot'));
  const section = byId('chart');
  const under = el('div', { class: 'under', 'aria-hidden': 'true' });
  const over = el('div', { class: 'over', 'aria-hidden': 'true' });
  section.prepend(under);
  section.append(over);
  makeLaneHandles(over, () => chart);
  listenNames(over);
  const head = makePlayhead(section, () => chart);
  /** @type {Chart} */
  const chart = { model, store, geometry: { lanes: [], height: 0, left: 0, right: 0, top: 0, bottom: 0, scale: 1 }, view: { from: 0, to: 1, width: 1 }, drawn: false, gestured: false, room: 0 };
  /** @type {Promise<void> | null} the script that draws lines, once somebody waits for it */
  let script = null;
  const draw = async (/** @type {number} */ forced = 0) => {
    const { traces, layout } = placeChart(chart, forced || section.clientWidth || innerWidth - HIDDEN, shown, forced > 0);
    overlay();
    head();
    if (!script) return;
    if (!chart.drawn) await script;
    await window.Plotly.react(plot, traces, layout, CONFIG);
    if (!chart.drawn) listenChart(chart, plot, overlay);
    chart.drawn = true;
  };
  const values = makeCrosshair(section, () => chart);
  const overlay = () => { drawOverlay(chart, under, over); values(); };
  const drawNow = latest(draw);
  return {
    draw: drawNow, overlay, seek: () => seek(chart, section), view: () => chart.view, current: () => chart,
    /** Names of lanes and times at once, lines when their script is there. @param {Promise<void>} loading */
    begin: (loading) => { script = loading; return drawNow(); },
    /** Of many facts the rows are shown first. */
    follow: coalesced(async () => {
      if (model.items.length > MANY) await painted();
      await drawNow();
    }),
  };
}

/** What is asked for again before it began is done once. @param {() => Promise<void>} make */
function coalesced(make) {
  /** @type {Promise<void> | null} */
  let due = null;
  return () => (due ??= make().finally(() => { due = null; }));
}

/**
 * A drawing that is asked for while one is under way follows it once: the newest state is what counts.
 * @param {(forced?: number) => Promise<void>} draw
 */
function latest(draw) {
  /** @type {Promise<void> | null} */
  let running = null;
  let again = false;
  const run = async (/** @type {number} */ forced) => {
    do {
      again = false;
      await draw(forced);
    } while (again);
    running = null;
  };
  return (forced = 0) => {
    if (running) again = true;
    else running = run(forced);
    return running ?? Promise.resolve();
  };
}

/** Where all stands, and the figure of it. @param {Chart} chart @param {number} width @param {Parameters<typeof makeChart>[2]} shown @param {boolean} forced to a sheet's width */
function placeChart(chart, width, shown, forced) {
  const { model, store } = chart;
  const state = store.get();
  const section = byId('chart');
  const root = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const items = selectItems(model, state);
  chart.geometry = placeLanes(model, items, state, width, root / 16, forced ? 0 : section.clientHeight);
  chart.room = section.clientHeight;
  chart.view = { from: state.from ?? 0, to: state.to ?? model.length, width: Math.max(width - chart.geometry.left - chart.geometry.right, 50) };
  shown(items, chart.geometry, chart.view);
  const font = Math.round(root * 0.8125);
  const look = { zone: state.zone, colours: palette(), touch: matchMedia('(pointer: coarse)').matches, font, scale: chart.geometry.scale, at: state.at };
  return makeFigure(model, chart.geometry, chart.view, selectGaps(model, { ...state, from: null, to: null }), look);
}

/** Bring the lane of what is chosen into sight, where it is not. @param {Chart} chart @param {HTMLElement} section */
function seek({ geometry, model, store }, section) {
  const { fact, gap } = store.get();
  const item = fact ? model.byId.get(fact) : undefined;
  const source = gap ? model.gaps.find((one) => one.gap.id === gap)?.gap.source : undefined;
  if (!item && !source) return;
  const places = geometry.lanes.flatMap((lane) => {
    if (source) return lane.id === 'coverage' ? [{ y: lane.top, height: lane.height }] : [];
    if (lane.crossings.some((one) => one === item)) return [{ y: lane.top, height: lane.height }];
    return lane.rows.filter((row) => row.items.some((one) => one === item) || row.flaps.some((flap) => flap.items.some((one) => one === item))).map((row) => ({ y: row.y - lane.rowHeight / 2, height: lane.rowHeight }));
  });
  // Rules compared stand in a lane of their own: the fact's own is the other.
  const place = places[0];
  if (!place) return;
  const top = place.y + geometry.top;
  if (top >= section.scrollTop && top + place.height <= section.scrollTop + section.clientHeight) return;
  section.scrollTop = Math.max(top - section.clientHeight / 3, 0);
}

/** @param {Chart} chart @param {PlotElement} plot @param {() => void} overlay */
function listenChart(chart, plot, overlay) {
  const { store, model } = chart;
  plot.on('plotly_relayout', (change) => {
    const [from, to] = [change['xaxis.range[0]'], change['xaxis.range[1]']];
    if (typeof from === 'number') zoomTo(store, model, from, to);
  });
  plot.on('plotly_relayouting', (change) => {
    const [from, to] = [change['xaxis.range[0]'], change['xaxis.range[1]']];
    if (typeof from !== 'number') return;
    chart.view = { ...chart.view, from, to };
    overlay();
  });
  // Plotly takes two fingers for a double tap, and their end for a tap on what lies below.
  plot.on('plotly_doubleclick', () => chart.gestured || store.set({ from: null, to: null }));
  plot.on('plotly_click', (event) => chart.gestured || choose(chart, event.points[0], Boolean(event.event?.shiftKey)));
  plot.on('plotly_hover', (event) => showTip(chart, event));
  plot.on('plotly_unhover', hideTip);
}

/** A click on a mark of several facts goes through them. @param {Chart} chart @param {any} point @param {boolean} upTo */
function choose(chart, point, upTo) {
  const { store, model } = chart;
  const refs = pointRefs(point);
  if (!refs.length) return;
  if (refs[0].startsWith('flap:')) return store.set({ open: [...store.get().open, refs[0].slice('flap:'.length)] });
  const next = refs[(refs.indexOf(store.get().fact ?? '') + 1) % refs.length];
  if (model.byId.has(next)) chooseFact(model, store, next, upTo);
  else store.set({ gap: next, fact: null });
}

/**
 * Zoom to a range, kept inside the window; the whole window is no zoom.
 * @param {Store} store @param {Model} model @param {number} from @param {number} to @param {boolean} [quiet] not into the address yet
 */
export function zoomTo(store, model, from, to, quiet = false) {
  const least = Math.min(0.01, model.length);
  const width = Math.min(Math.max(to - from, least), model.length);
  const start = Math.min(Math.max(from, 0), model.length - width);
  const whole = width >= model.length * 0.999;
  store.set(whole ? { from: null, to: null } : { from: toMillis(start), to: toMillis(start + width) }, quiet);
}

/** The link carries milliseconds; what is shown is what the link brings back. @param {number} seconds */
function toMillis(seconds) {
  return Math.round(seconds * 1000) / 1000;
}

/** @param {Store} store @param {Model} model @param {number} factor @param {number} shift share of the range */
export function zoomBy(store, model, factor, shift = 0) {
  const { from, to, fact } = store.get();
  const [start, end] = [from ?? 0, to ?? model.length];
  const item = fact ? model.byId.get(fact) : undefined;
  const width = (end - start) * factor;
  const inside = item && item.to >= start && item.to <= end;
  const middle = inside && factor < 1 ? item.to : (start + end) / 2;
  zoomTo(store, model, middle - width / 2 + shift * width, middle + width / 2 + shift * width);
}

/** Facts that chart and table both show now. @param {Model} model @param {State} state */
export function shownItems(model, state) {
  return inRange(selectItems(model, state), state);
}
