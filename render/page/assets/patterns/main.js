import { runPacked, unpackJson } from '../data/codec.js';
import { faint, palette } from '../data/palette.js';

/** @typedef {{ id: string, link: string, at: number | null, severity: string, durations: Record<string, [number, number]> }} Told */
/** @typedef {{ incidents: Told[], course: Record<string, { at: number, low: number, high: number, of: string }[]>, severities: string[], weekdays: [string, number][], hours: [string, number][] }} Drawing */

const SIZE = 12;
const TICKS = [1, 10, 30, 60, 180, 600, 1800, 3600, 3 * 3600, 12 * 3600, 24 * 3600, 3 * 24 * 3600, 7 * 24 * 3600];
const WORDS = ['1s', '10s', '30s', '1m', '3m', '10m', '30m', '1h', '3h', '12h', '1d', '3d', '7d'];

/** @param {Record<string, string>} colours @param {object} more */
function layoutOf(colours, more) {
  return {
    paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)', font: { family: 'system-ui, sans-serif', size: SIZE, color: colours.muted },
    margin: { l: 44, r: 8, t: 8, b: 28 }, showlegend: false, hovermode: 'closest', dragmode: false, ...more,
  };
}

/** @param {Record<string, string>} colours */
function seconds(colours) {
  return { type: 'log', tickvals: TICKS, ticktext: WORDS, gridcolor: colours.grid, zeroline: false, fixedrange: true };
}

/** The points of incidents, each as wide as its range. @param {Told[]} held @param {string} name @param {(one: Told, place: number) => number | null} where @param {Record<string, string>} colours */
function points(held, name, where, colours) {
  const shown = held.filter((one) => one.durations[name] && where(one, 0) !== null);
  const middle = shown.map((one) => Math.max(Math.sqrt(Math.max(one.durations[name][0], 0.5) * Math.max(one.durations[name][1], 0.5)), 0.5));
  return {
    type: 'scatter', mode: 'markers', x: shown.map(where), y: middle, customdata: shown.map((one) => one.link), text: shown.map((one) => plain(`${one.id} ${one.severity}`)),
    hovertemplate: '%{text}<extra></extra>', marker: { size: 7, color: faint(colours.metrics, 0.75) },
    error_y: {
      type: 'data', symmetric: false, thickness: 1.5, width: 0, color: faint(colours.metrics, 0.5),
      array: shown.map((one, n) => Math.max(one.durations[name][1] - middle[n], 0)), arrayminus: shown.map((one, n) => Math.max(middle[n] - Math.max(one.durations[name][0], 0.5), 0)),
    },
  };
}

/** What Plotly would take for markup is shown as it is. @param {string} text */
function plain(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').slice(0, 60);
}

/** @param {Drawing} told @param {string} name @param {Record<string, string>} colours */
function courseOf(told, name, colours) {
  const line = told.course[name] ?? [];
  const trace = points(told.incidents, name, (one) => one.at, colours);
  const band = { type: 'scatter', mode: 'lines', x: line.map((one) => one.at), y: line.map((one) => Math.max(Math.sqrt(Math.max(one.low, 0.5) * one.high), 0.5)), line: { color: colours.alerts, width: 2, shape: 'hv' }, text: line.map((one) => one.of), hovertemplate: 'median of the last 8: %{text}<extra></extra>' };
  return { traces: line.length ? [trace, band] : [trace], layout: layoutOf(colours, { xaxis: { type: 'date', gridcolor: colours.grid, fixedrange: true, nticks: 6 }, yaxis: seconds(colours) }) };
}

/** @param {Drawing} told @param {string} name @param {Record<string, string>} colours */
function severityOf(told, name, colours) {
  const places = new Map(told.severities.map((one, place) => [one, place]));
  // Apart by a fixed measure, so that alike ones are seen: the same page each time.
  const trace = points(told.incidents, name, (one, n) => (places.get(one.severity) ?? 0) + (((n * 7) % 11) - 5) / 25, colours);
  const axis = { tickvals: told.severities.map((_, place) => place), ticktext: told.severities.map(plain), range: [-0.5, told.severities.length - 0.5], showgrid: false, zeroline: false, fixedrange: true };
  return { traces: [trace], layout: layoutOf(colours, { xaxis: axis, yaxis: seconds(colours) }) };
}

/** @param {Drawing} told @param {Record<string, string>} colours */
function whenOf(told, colours) {
  const bars = [told.weekdays, told.hours].map((rows, n) => ({
    type: 'bar', x: rows.map(([name]) => name), y: rows.map(([, count]) => count), marker: { color: faint(colours.changes, 0.8) }, hovertemplate: '%{x}: %{y}<extra></extra>',
    xaxis: n ? 'x2' : 'x', yaxis: n ? 'y2' : 'y',
  }));
  const counts = [told.weekdays, told.hours].map((rows) => ({ gridcolor: colours.grid, zeroline: false, fixedrange: true, rangemode: 'tozero', dtick: Math.max(1, Math.ceil(Math.max(...rows.map(([, count]) => count)) / 3)) }));
  const names = { type: 'category', fixedrange: true, tickangle: 0 };
  return { traces: bars, layout: layoutOf(colours, { grid: { rows: 2, columns: 1, pattern: 'independent', ygap: 0.4 }, margin: { l: 32, r: 8, t: 8, b: 28 }, xaxis: { ...names }, xaxis2: { ...names, dtick: 2 }, yaxis: counts[0], yaxis2: counts[1] }) };
}

/** @param {string} id @param {{ traces: object[], layout: object }} figure */
async function draw(id, figure) {
  const plot = /** @type {any} */ (document.getElementById(id));
  const first = !plot.on;
  await window.Plotly.react(plot, figure.traces, figure.layout, { displayModeBar: false, responsive: true });
  if (first) {
    plot.on('plotly_click', (/** @type {any} */ event) => {
      const link = event.points[0]?.customdata;
      if (link) location.assign(link);
    });
  }
}

async function begin() {
  const told = /** @type {Drawing} */ (await unpackJson('data'));
  if (!told.incidents.length) return;
  await runPacked('plotly');
  const measure = /** @type {HTMLSelectElement} */ (document.getElementById('measure'));
  const all = async () => {
    const colours = palette();
    await draw('course', courseOf(told, measure.value, colours));
    await draw('severity', severityOf(told, measure.options[0].value, colours));
    await draw('when', whenOf(told, colours));
  };
  measure.addEventListener('change', () => draw('course', courseOf(told, measure.value, palette())));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', all);
  await all();
}

begin().then(() => document.documentElement.setAttribute('data-ready', ''), (error) => {
  const notice = document.getElementById('notice');
  if (notice) [notice.textContent, notice.hidden] = [`The charts could not be drawn: ${error instanceof Error ? error.message : error}. The tables say the same.`, false];
  throw error;
});
