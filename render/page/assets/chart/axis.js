import { ticks } from '../data/instant.js';

const APART = 80; // px from time to time, at type of 16 px

/**
 * The times of the one axis: what the overview names, and where the chart has its lines.
 * @param {Model} model @param {View} view @param {string} zone @param {number} scale of type, 1 at 16 px
 */
export function axisTicks({ origin }, view, zone, scale) {
  return ticks(origin + view.from, origin + view.to, Math.max(Math.floor(view.width / (APART * scale)), 2), zone);
}
