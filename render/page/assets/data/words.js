/** A whole number with its thousands apart: a browser's own way to write one takes longer to begin than a page of rows. @param {number} n */
export function thousands(n) {
  return String(n).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** @param {number} n @param {string} one @param {string} [many] */
export function count(n, one, many = `${one}s`) {
  return `${thousands(n)} ${n === 1 ? one : many}`;
}

const NANOS = 1e9;

/**
 * A duration for reading: `0.4s`, `42s`, `4m10s`, `1h02m30s`, `2d03h`; rounded up or down to what is shown.
 * `duration` in `timeline/present.py` shows the same, from the same table of cases.
 * @param {number} seconds
 * @param {boolean} up
 */
export function duration(seconds, up) {
  const nanos = Math.round(seconds * NANOS); // what bounds are made of: a float of seconds is none of them too many
  const step = Math.abs(nanos) < 10 * NANOS ? NANOS / 10 : NANOS;
  const steps = up ? Math.ceil(nanos / step) : Math.floor(nanos / step);
  const [sign, size] = [steps < 0 ? '−' : '', Math.abs(steps)];
  return sign + (step === NANOS ? clock(size) : `${size / 10}s`);
}

/** @param {number} whole seconds */
function clock(whole) {
  const parts = /** @type {[number, string][]} */ ([
    [Math.floor(whole / 86400), 'd'], [Math.floor(whole / 3600) % 24, 'h'], [Math.floor(whole / 60) % 60, 'm'], [whole % 60, 's'],
  ]);
  const [first, last] = [parts.findIndex(([n]) => n), parts.findLastIndex(([n]) => n)];
  return parts.slice(first, last + 1).map(([n, unit], index) => `${index ? String(n).padStart(2, '0') : n}${unit}`).join('') || '0s';
}

/** Rounded outward: the range holds what it stands for. @param {number | undefined} min @param {number | undefined} max */
export function durationRange(min, max) {
  if (min === undefined || max === undefined) return '—';
  const [low, high] = [duration(min, false), duration(max, true)];
  return low === high ? low : `${low} – ${high}`;
}

/** The same with less room: `1m45–2m15s`, `33m15–45s`. @param {number} min @param {number} max */
export function shortRange(min, max) {
  const [low, high] = [duration(min, false), duration(max, true)];
  const parts = [low, high].map((words) => words.match(/[\d.]+[a-z]+/g) ?? []);
  const units = parts.map((all) => all.map((part) => part.replace(/[\d.]+/, '')).join());
  if (low === high || units[0] !== units[1] || parts.some((all) => !all.length)) return low === high ? low : `${low}–${high}`;
  const first = parts[0].slice(0, -1).join('') + parts[0][parts[0].length - 1].replace(/[a-z]+$/, '');
  const same = parts[0].slice(0, -1).every((part, place) => part === parts[1][place]);
  return `${first}–${same ? parts[1][parts[1].length - 1] : high}`;
}

const PREFIXES = /** @type {[number, string][]} */ ([[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']]);

/**
 * A number with its unit, rounded for reading: `0.53 s`, `1.2 k`.
 * @param {number | string | undefined | null} value
 * @param {string} [unit]
 * @param {(number | string | undefined)[]} [beside] what it is compared with (of a threshold: itself): no rounding hides on which side of it the value is
 */
export function amount(value, unit, beside = []) {
  if (value === undefined || value === null) return '—';
  const share = PERCENT[unit ?? ''];
  const text = typeof value === 'string' ? value : rounded(share ? percent(value, share) : value, share ? beside.map((other) => (typeof other === 'number' ? percent(other, share) : other)) : beside);
  return share ? `${text} %` : unit ? `${text} ${unit}` : text;
}

/** Units of shares, which people write as percent: what a value of one is in percent. @type {Record<string, number>} */
const PERCENT = { ratio: 100, percent: 1, '%': 1 };

/** Without what a float has too much. @param {number} value @param {number} share */
function percent(value, share) {
  return Number((value * share).toPrecision(12));
}

/**
 * A measured number as people say it, with its unit: `25.3 %` of 0.2531, `4.3 s`, `0.42`, `145`; as `amount` where that
 * would hide on which side of a threshold it is.
 * @param {number} value @param {string} [unit] @param {number[]} [limits] thresholds
 */
export function reading(value, unit, limits = []) {
  if (!Number.isFinite(value)) return amount(value, unit);
  const share = PERCENT[unit ?? ''] ?? 1;
  const size = Math.abs(percent(value, share));
  const short = size >= 100 ? Math.round(value * share) : size >= 1 ? Number((value * share).toFixed(1)) : Number((value * share).toPrecision(2));
  if (limits.some((limit) => Math.sign(value - limit) !== Math.sign(short / share - limit) && Math.abs(short / share - limit) < Math.abs(limit) * 0.5)) return amount(value, unit, limits);
  const text = size >= 10_000 ? rounded(short, []) : short.toLocaleString('en-US', { maximumSignificantDigits: 12 });
  return PERCENT[unit ?? ''] ? `${text} %` : unit ? `${text} ${unit}` : text;
}

/** @param {number} value @param {(number | string | undefined)[]} beside */
function rounded(value, beside) {
  const [size, prefix] = PREFIXES.find(([limit]) => Math.abs(value) >= limit * 10) ?? [1, ''];
  const short = Number((value / size).toPrecision(4));
  const near = beside.every((other) => typeof other !== 'number' || 2 * Math.abs(short * size - value) <= Math.abs(value - other));
  if (!near) return String(value);
  return prefix ? `${short} ${prefix}` : String(short);
}

/** A number of the impact with its unit and how it was taken: `508 customers at most at once`. @param {Pick<Impact, 'value' | 'unit' | 'take'>} one */
export function impactAmount({ value, unit, take }) {
  return `${amount(value, unit)}${takenWords(take)}`;
}

/** How a number of the impact was taken, to stand after its name; empty of what counts all. @param {string} take */
export function takenWords(take) {
  return TAKEN[take] ?? '';
}

/** @type {Record<string, string>} */
const TAKEN = { max: ' at most at once', min: ' at least at once', mean: ' on average', avg: ' on average' };

/** @param {Record<string, string>} labels */
export function labelText(labels) {
  return Object.entries(labels).filter(([name]) => name !== '__name__').map(([name, value]) => `${name}=${value}`).join(', ');
}

/** What statements say of kinds whose names say it otherwise. @type {Record<string, string>} */
const SAID = {
  'metric.matched': 'condition met', 'metric.unmatched': 'condition cleared', 'metric.present': 'series appeared', 'metric.absent': 'series went stale',
  'metric.undefined': 'value became undefined', 'metric.defined': 'value became defined',
  'alert.firing': 'alert fired', 'alert.resolved': 'alert stopped firing', 'alert.pending': 'alert became pending', 'alert.pending_ended': 'alert stopped being pending',
  'alert.no_data': 'alert had no data', 'alert.data_returned': 'alert had data again', 'alert.notified': 'alert notification sent', 'change.tagged': 'tag made', 'change.released': 'release published',
};

/** What a kind is called in lists, in the words of its statements: `deploy.rolled_back` reads `deploy rolled back`. @param {string} kind */
export function kindText(kind) {
  return SAID[kind] ?? plainKind(kind);
}

/** Its name as words. @param {string} kind */
export function plainKind(kind) {
  return kind.replace(/[._]/g, ' ');
}

/** What a fact's kind is called: which way a crossing meets its condition, its panel's thresholds tell. @param {Pick<Item, 'kind' | 'panel'>} item @param {Pick<Model, 'data'>} model */
export function kindWords({ kind, panel }, { data }) {
  if (!kind.startsWith('metric.crossed_')) return kindText(kind);
  const thresholds = data.panels.find((one) => one.id === panel)?.thresholds ?? [];
  const met = thresholds.length > 0 && thresholds.every((one) => one.op.includes('<')) ? 'metric.crossed_below' : 'metric.crossed_above';
  return kind === met ? 'condition met' : 'condition cleared';
}

/** @type {Record<string, string>} */
const REASONS = {
  unreachable: 'not reachable', unauthorised: 'not authorised', rate_limited: 'rate limited', timed_out: 'timed out',
  truncated: 'cut off', partial: 'partial data', past_retention: 'past retention', never_recorded: 'never recorded', not_yet: 'not yet recorded',
  restricted: 'restricted', encrypted: 'encrypted', undecodable: 'could not be parsed', not_refreshed: 'not refreshed', conflict: 'in conflict',
};

/** @param {string} reason */
export function reasonText(reason) {
  return REASONS[reason] ?? reason;
}

/** What a gap is called: one that is none of the incident is a note. @param {Gap} gap */
export function gapName(gap) {
  return gap.note ? 'note' : 'gap';
}
