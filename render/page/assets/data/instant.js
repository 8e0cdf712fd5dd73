/**
 * Read RFC 3339 with `Z`: whole seconds since 1970, and nanoseconds. No digit is lost.
 * @param {string} iso
 * @returns {{ seconds: number, nanos: number }}
 */
export function readInstant(iso) {
  const [whole, fraction = ''] = iso.slice(0, -1).split('.');
  return { seconds: Date.parse(`${whole}Z`) / 1000, nanos: Number(fraction.padEnd(9, '0')) };
}

/** @param {string} iso @param {number} origin @returns {number} seconds since `origin` */
export function sinceOrigin(iso, origin) {
  const { seconds, nanos } = readInstant(iso);
  return seconds - origin + nanos / 1e9;
}

/** @param {number} seconds since 1970 @returns {string} RFC 3339, at most milliseconds */
export function isoText(seconds) {
  return new Date(Math.round(seconds * 1000)).toISOString().replace(/\.?0*Z$/, 'Z');
}

/**
 * @param {number} seconds since 1970, whole
 * @param {number} nanos
 * @returns {string} RFC 3339 with 0, 3, 6 or 9 digits, as `timeline.json` has it
 */
export function isoOf(seconds, nanos) {
  const whole = new Date(seconds * 1000).toISOString().slice(0, -5);
  return nanos ? `${whole}.${String(nanos).padStart(9, '0').replace(/(000){1,2}$/, '')}Z` : `${whole}Z`;
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const FORMATS = new Map();
/** @type {Map<string, number>} */
const OFFSETS = new Map();
export const QUARTER = 900; // no zone changes its offset at a finer step
export const CHANGED = 3 * 3600; // s, more than a clock is set back by

/**
 * @param {number} seconds since 1970
 * @param {string} zone IANA name
 * @returns {number} seconds that the zone is ahead of UTC then
 */
export function offsetAt(seconds, zone) {
  if (zone === 'UTC') return 0;
  const quarter = Math.floor(seconds / QUARTER);
  const key = `${zone} ${quarter}`;
  let offset = OFFSETS.get(key);
  if (offset === undefined) {
    offset = wallClock(quarter * QUARTER, zone) - quarter * QUARTER;
    OFFSETS.set(key, offset);
  }
  return offset;
}

/** @param {number} seconds @param {string} zone */
function wallClock(seconds, zone) {
  let format = FORMATS.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
    FORMATS.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(new Date(seconds * 1000)).map((part) => [part.type, Number(part.value)]));
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second) / 1000;
}

/** @param {number} seconds since 1970 @param {string} zone @returns {string} `2026-11-21` */
export function dateText(seconds, zone) {
  return new Date((seconds + offsetAt(seconds, zone)) * 1000).toISOString().slice(0, 10);
}

/**
 * @param {number} seconds since 1970
 * @param {string} zone
 * @param {string} [digits] of the fraction
 * @returns {string} `14:07:31`
 */
export function clockText(seconds, zone, digits = '') {
  const whole = Math.floor(seconds);
  const text = new Date((whole + offsetAt(whole, zone)) * 1000).toISOString().slice(11, 19);
  return digits ? `${text}.${digits}` : text;
}

/** What tells an hour from the one of the same name, where the clock is set back: ` +02`; else empty. @param {number} seconds since 1970 @param {string} zone */
export function passText(seconds, zone) {
  const own = offsetAt(seconds, zone);
  const others = [offsetAt(seconds - CHANGED, zone), offsetAt(seconds + CHANGED, zone)];
  if (!others.some((offset) => offset !== own && offsetAt(seconds + own - offset, zone) === offset)) return '';
  const size = Math.abs(own) / 60;
  const [hours, minutes] = [Math.floor(size / 60), size % 60].map((part) => String(part).padStart(2, '0'));
  return `${own < 0 ? '−' : '+'}${hours}${minutes === '00' ? '' : `:${minutes}`}`;
}

/** `02:55:10`, where the clock is set back and it was so twice `02:55:10+02`. @param {number} seconds since 1970 @param {string} zone */
export function tellingText(seconds, zone) {
  return clockText(seconds, zone) + passText(seconds, zone);
}

/** From one time to another, without seconds where neither has any: `14:37–14:38`. @param {number} from s since 1970 @param {number} to @param {string} zone */
export function rangeText(from, to, zone) {
  const ends = [from, to].map((at) => clockText(at, zone));
  const whole = ends.every((text) => text.endsWith(':00'));
  const [first, last] = [from, to].map((at) => passText(at, zone));
  return ends.map((text, end) => `${whole ? text.slice(0, 5) : text}${end ? last : first === last ? '' : first}`).join('–');
}

/**
 * A fact's time for reading, in seconds: `14:07:31`, `14:07:31–14:07:46`, `by 14:00:00`.
 * @param {{ earliest?: string | null, latest: string }} fact
 * @param {string} zone
 */
export function boundsText(fact, zone) {
  const late = readInstant(fact.latest).seconds;
  if (!fact.earliest) return `by ${tellingText(late, zone)}`;
  const early = readInstant(fact.earliest).seconds;
  if (early === late) return tellingText(late, zone);
  const day = dateText(early, zone) === dateText(late, zone) ? '' : `${dateText(late, zone)} `;
  const [first, last] = [passText(early, zone), passText(late, zone)];
  return `${clockText(early, zone)}${first === last ? '' : first}–${day}${clockText(late, zone)}${last}`;
}

/** @param {string} iso @param {string} zone @returns {string} all known digits, date and zone */
export function exactText(iso, zone) {
  const { seconds } = readInstant(iso);
  const digits = /\.(\d+)Z$/.exec(iso)?.[1] ?? '';
  return `${dateText(seconds, zone)} ${clockText(seconds, zone, digits)}${passText(seconds, zone)}`;
}

const STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800];

/**
 * Ticks at round wall-clock times of the zone; the date stands where the day changes.
 * @param {number} from seconds since 1970
 * @param {number} to
 * @param {number} most ticks at most
 * @param {string} zone
 * @returns {{ at: number, text: string, day: string }[]}
 */
export function ticks(from, to, most, zone) {
  const step = STEPS.find((candidate) => (to - from) / candidate <= most) ?? 604800;
  const offset = offsetAt(from, zone);
  const result = [];
  let day = '';
  for (let n = Math.ceil((from + offset) / step); ; n += 1) {
    const wall = n * step - offset;
    // A change of the zone inside the range moves the wall clock: ticks stay on round readings.
    const at = step >= 3600 ? wall + offset - offsetAt(wall, zone) : wall;
    if (at > to) return result;
    const date = dateText(Math.floor(at + 1e-6), zone);
    result.push({ at, text: tickText(at, step, zone), day: date === day ? '' : date });
    day = date;
  }
}

/** @param {number} at @param {number} step @param {string} zone */
function tickText(at, step, zone) {
  const whole = Math.floor(at + 1e-6);
  const text = clockText(whole, zone, step < 1 ? (at - whole).toFixed(3).slice(2) : '');
  return (step < 60 ? text : text.slice(0, 5)) + passText(whole, zone);
}
