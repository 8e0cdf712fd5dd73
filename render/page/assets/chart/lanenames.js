import { el, seamed } from '../ui/dom.js';
import { severityIcon, SEVERITY_WORDS } from '../ui/severity.js';
import { flapForms } from '../data/flaps.js';
import { fitting, textWidth } from '../ui/fit.js';

const TITLE = 8; // px of a letter of a lane's title

/**
 * Names of a lane and of its rows: beside the chart where they fit, else in the row, before or behind what it draws.
 * @param {Lane} lane @param {Geometry} geometry @param {Place} place @param {View} view @param {(panel: Panel) => string} notes what a panel says of itself
 */
export function laneNames(lane, geometry, place, view, notes) {
  const { scale } = geometry;
  const narrow = geometry.left < 100 * scale;
  const middle = lane.top + geometry.top;
  const style = narrow ? `top:${middle - 17 * scale}px;left:${geometry.left}px` : `top:${middle + (lane.panel ? 4 : 0)}px;left:0;width:${geometry.left - 14}px`;
  const words = lane.panel ? [el('b', { dir: 'auto' }, ...seamed(lane.title)), ...[notes(lane.panel), lane.note].filter(Boolean).map((line) => el('small', {}, line))] : [el('b', {}, lane.title), lane.note && el('small', {}, lane.note)];
  const hint = `${lane.folded ? 'Click to unfold' : 'Click to fold'}; drag to another place`;
  const title = el('div', { class: `lane-name${narrow ? ' above' : ''}${lane.panel ? ' of-panel' : ''}${lane.folded ? ' folded' : ''}`, 'data-lane': lane.key, style: lane.panel || narrow ? style : `${style};height:${lane.height}px`, title: [lane.title, lane.note, hint].filter(Boolean).join('\n') }, ...words);
  // Names of rows begin where the lane's own name ends.
  const left = (14 + TITLE * Math.min(lane.title.length, 8)) * scale;
  const beside = narrow ? { left: geometry.left, width: 0 } : { left, width: geometry.left - 10 * scale - left };
  const rows = lane.rows.filter((row) => row.label && (!narrow || lane.above)).map((row) => rowName(row, lane, { geometry, beside, place, view, narrow }));
  return [title, ...rows];
}

/** @param {Row} row @param {Lane} lane @param {{ geometry: Geometry, beside: { left: number, width: number }, place: Place, view: View, narrow: boolean }} where */
function rowName(row, lane, { geometry, beside, place, view, narrow }) {
  row.named = undefined;
  const { scale } = geometry;
  const parts = row.label.split(/(?= · )/).map((part) => el('span', {}, part));
  const sign = severityIcon(row.severity);
  const top = row.y + geometry.top - lane.rowHeight / 2 - lane.above;
  const height = `height:${lane.rowHeight}px;line-height:${lane.rowHeight}px`;
  const props = { dir: 'auto', title: [row.hint ?? row.label, SEVERITY_WORDS[row.severity ?? '']].filter(Boolean).join('\n') };
  const width = textWidth(row.label, scale) + (sign ? 20 * scale : 0) + 6;
  const least = textWidth(row.label.split(' · ')[0], scale) + (sign ? 20 * scale : 0) + 6;
  if (narrow || lane.above) row.named = [geometry.left + 2, geometry.left + 2 + Math.min(width, view.width)];
  if (narrow || lane.above) return el('div', { ...props, class: 'row-name above-row', style: `top:${top}px;height:${lane.above}px;line-height:${lane.above}px;left:${geometry.left + 2}px;max-width:${view.width - 4}px;justify-content:start` }, sign, ...parts);
  if (width <= beside.width || !row.spans.length && !row.flaps.length) return el('div', { ...props, class: 'row-name', style: `top:${top}px;${height};left:${beside.left}px;width:${beside.width}px` }, sign, ...parts);
  const inside = insideRow(row, width, least, place, view, geometry);
  return el('div', { ...props, class: 'row-name in-row', style: `top:${top}px;${height};${inside.style}` }, sign, ...(inside.whole ? parts : parts.slice(0, 1)));
}

/** Before what is drawn, else behind it, there perhaps without its second part; else upon it. @param {Row} row @param {number} width @param {number} least without its second part @param {Place} place @param {View} view @param {Geometry} geometry */
function insideRow(row, width, least, place, view, geometry) {
  const drawn = [...row.spans, ...row.flaps].filter((part) => part.to > view.from && part.from < view.to);
  const items = row.items.filter((item) => item.to >= view.from && item.to <= view.to);
  const from = Math.min(...drawn.map((part) => Math.max(part.from, view.from)), ...items.map((item) => Math.max(item.from, view.from)), view.to);
  const to = Math.max(...drawn.map((part) => Math.min(part.to, view.to)), ...items.map((item) => item.to), view.from);
  // A ribbon says of itself beside it how often it began.
  const said = row.flaps.length ? fitting(flapForms(row.flaps[0]), geometry.left + view.width - place.x(to) - 16, geometry.scale) : '';
  const beside = said ? textWidth(said, geometry.scale) + 16 : 0;
  const before = place.x(from) - 12 - geometry.left;
  const after = geometry.left + view.width - place.x(to) - 12 - beside;
  const left = (/** @type {number} */ room) => ({ whole: room >= width, style: `left:${place.x(from) - 10 - Math.min(width, room)}px;width:${Math.min(width, room)}px;justify-content:end` });
  const right = (/** @type {number} */ room) => ({ whole: room >= width, style: `left:${place.x(to) + 10 + beside}px;width:${Math.min(width, room)}px` });
  if (from >= view.to || before >= width) return left(Math.max(before, width));
  if (after >= width) return right(after);
  if (Math.max(before, after) >= least) return before > after ? left(before) : right(after);
  // Upon what is drawn: as little of it as can be.
  row.named = [geometry.left + 2, geometry.left + 2 + Math.min(least, view.width)];
  return { whole: false, style: `left:${geometry.left + 2}px;max-width:${Math.min(least, view.width)}px` };
}
