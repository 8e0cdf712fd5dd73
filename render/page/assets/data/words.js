/** @param {number} n @param {string} one @param {string} [many] */
export function count(n, one, many = `${one}s`) {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
}

/**
 * A duration for reading: `42s`, `4m10s`, `1h02m`, `2d03h`.
 * @param {number} seconds
 */
export function duration(seconds) {
  const whole = Math.round(Math.abs(seconds));
  const sign = seconds < 0 && whole > 0 ? '−' : '';
  const pad = (/** @type {number} */ n) => String(n).padStart(2, '0');
  if (whole < 60) return `${sign}${whole}s`;
  if (whole < 3600) return `${sign}${Math.floor(whole / 60)}m${pad(whole % 60)}s`;
  if (whole < 86400) return `${sign}${Math.floor(whole / 3600)}h${pad(Math.floor((whole % 3600) / 60))}m`;
  return `${sign}${Math.floor(whole / 86400)}d${pad(Math.floor((whole % 86400) / 3600))}h`;
}

/** @param {number | undefined} min @param {number | undefined} max */
export function durationRange(min, max) {
  if (min === undefined || max === undefined) return '—';
  // Rounded outward: the range must hold what it stands for.
  const [low, high] = [duration(Math.floor(min)), duration(Math.ceil(max))];
  return low === high ? low : `${low} – ${high}`;
}

const PREFIXES = /** @type {[number, string][]} */ ([[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']]);

/**
 * A number with its unit, rounded for reading: `0.53 s`, `1.2 k`.
 * @param {number | string | undefined | null} value
 * @param {string} [unit]
 */
export function amount(value, unit) {
  if (value === undefined || value === null) return '—';
  const text = typeof value === 'string' ? value : rounded(value);
  return unit ? `${text} ${unit}` : text;
}

/** @param {number} value */
function rounded(value) {
  const [size, prefix] = PREFIXES.find(([limit]) => Math.abs(value) >= limit * 10) ?? [1, ''];
  const text = String(Number((value / size).toPrecision(4)));
  return prefix ? `${text} ${prefix}` : text;
}

/** @param {Record<string, string>} labels */
export function labelText(labels) {
  return Object.entries(labels).filter(([name]) => name !== '__name__').map(([name, value]) => `${name}=${value}`).join(', ');
}

/** What a kind is called in lists: `alert.pending_ended` reads `alert pending ended`. @param {string} kind */
export function kindText(kind) {
  return kind.replace(/[._]/g, ' ');
}

/** @type {Record<string, string>} */
const REASONS = {
  unreachable: 'not reachable', unauthorised: 'not authorised', rate_limited: 'rate limited', timed_out: 'timed out',
  truncated: 'cut off', partial: 'only in part', past_retention: 'past retention', not_yet: 'not yet', restricted: 'restricted',
  encrypted: 'encrypted', undecodable: 'not decodable', not_refreshed: 'not refreshed', conflict: 'in conflict',
};

/** @param {string} reason */
export function reasonText(reason) {
  return REASONS[reason] ?? reason;
}
