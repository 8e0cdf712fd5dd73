import { firstFrom } from './series.js';

/** @typedef {{ panel: Panel, series: SeriesData, since: number, at: number, value: number }} Peak */

/**
 * The worst value of a panel's series in a range, and when its sample was taken: it stands for the step before that,
 * from `since`. The greatest, or the least where its thresholds are below. Null where no sample is a number.
 * @param {Panel} panel @param {number} from @param {number} to @returns {Peak | null}
 */
export function peakOf(panel, from, to) {
  const below = isBelow(panel);
  /** @type {Peak | null} */
  let peak = null;
  for (const series of panel.series) {
    const line = below ? series.lo ?? series.hi : series.hi;
    for (let index = firstFrom(series.t, from); index < series.t.length && series.t[index] <= to; index += 1) {
      const value = line[index];
      if (!Number.isFinite(value) || (peak && (below ? value >= peak.value : value <= peak.value))) continue;
      peak = { panel, series, since: series.t[index] - series.step, at: series.t[index], value };
    }
  }
  return peak;
}

/** @param {Panel} panel whose thresholds are all crossed downwards */
export function isBelow({ thresholds }) {
  return thresholds.length > 0 && thresholds.every((one) => one.op.includes('<'));
}

/** The range in which a peak is looked for: the incident, as far as it is known. @param {Model} model @param {number | null} at the playhead @returns {[number, number]} */
export function peakRange({ home, length, data, origin }, at) {
  const [from, to] = [data.incident.start, data.incident.end].map((iso) => (iso ? Date.parse(iso) / 1000 - origin : null));
  const end = data.drill ? length : to ?? home?.[1] ?? length;
  return [from ?? home?.[0] ?? 0, Math.min(end, at ?? Infinity)];
}

/**
 * The peak that is farthest beyond a threshold of its panel, as a multiple of it: how bad it was.
 * @param {Model} model @returns {Peak & { limit: number } | null}
 */
export function worstPeak(model) {
  const [from, to] = peakRange(model, null);
  const peaks = model.data.panels.flatMap((panel) => {
    const peak = peakOf(panel, from, to);
    const limits = panel.thresholds.flatMap((one) => (typeof one.value === 'number' ? [one.value] : []));
    if (!peak || !limits.length) return [];
    const below = isBelow(panel);
    const limit = below ? Math.max(...limits) : Math.min(...limits);
    return [{ ...peak, limit, beyond: below ? limit / peak.value : peak.value / limit }];
  });
  return peaks.filter((peak) => Number.isFinite(peak.beyond)).sort((a, b) => b.beyond - a.beyond)[0] ?? null;
}
