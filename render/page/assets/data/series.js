const COLUMN_BYTES = 5; // the sign is folded in; times in ms and float bits both fit
const HEAD = 32; // bytes a series
const ODD = [0, Infinity, -Infinity, NaN];
const HOLE = 1.5; // steps without a sample before a line is broken
const FEW_PER_PIXEL = 2; // samples up to which every one is drawn

/**
 * Read the samples of all series, as `render/page/samples.py` packs them.
 * @param {ArrayBuffer} buffer
 * @param {number} shift seconds that times are moved by, so that they count from the page's origin
 * @returns {Omit<SeriesData, 'labels'>[]}
 */
export function readSamples(buffer, shift = 0) {
  if (buffer.byteLength < 8) return [];
  const view = new DataView(buffer);
  const count = view.getUint32(0, true);
  let at = 8 + count * HEAD;
  const take = (/** @type {number} */ length) => {
    const column = differences(new Uint8Array(buffer, at, length * COLUMN_BYTES), length);
    at += length * COLUMN_BYTES;
    return column;
  };
  return Array.from({ length: count }, (_, index) => {
    const head = 8 + index * HEAD;
    const [length, two, odd, oddToo] = [0, 4, 8, 12].map((byte) => view.getUint32(head + byte, true));
    const t = times(take(length), shift);
    const hi = values(take(length), view.getFloat64(head + 16, true), odd, take);
    return { t, hi, lo: two ? values(take(length), view.getFloat64(head + 24, true), oddToo, take) : null, step: commonStep(t) };
  });
}

/** Columns of bytes of one weight, as signed numbers. @param {Uint8Array} bytes @param {number} length */
function differences(bytes, length) {
  const values = new Float64Array(length);
  for (let index = 0; index < length; index += 1) {
    let folded = 0;
    for (let column = COLUMN_BYTES - 1; column >= 0; column -= 1) folded = folded * 256 + bytes[column * length + index];
    values[index] = folded % 2 ? -(folded + 1) / 2 : folded / 2;
  }
  return values;
}

/** @param {Float64Array} values differences of differences, ms @param {number} shift s */
function times(values, shift) {
  let [step, at] = [0, 0];
  for (let index = 0; index < values.length; index += 1) {
    step += values[index];
    at += step;
    values[index] = at / 1000 + shift;
  }
  return values;
}

/**
 * @param {Float64Array} differences of multiples of the step, or of the bits of float32
 * @param {number} step 0: bits
 * @param {number} odd values that are not finite
 * @param {(length: number) => Float64Array} take
 */
function values(differences, step, odd, take) {
  const result = new Float32Array(differences.length);
  const words = step ? null : new Uint32Array(result.buffer);
  let sum = 0;
  for (let index = 0; index < result.length; index += 1) {
    sum += differences[index];
    if (words) words[index] = sum;
    else result[index] = sum * step;
  }
  const [places, kinds] = odd ? [take(odd), take(odd)] : [[], []];
  let place = 0;
  for (let index = 0; index < odd; index += 1) {
    place += places[index];
    result[place] = ODD[kinds[index]];
  }
  return result;
}

/** The median of at most a thousand steps. @param {Float64Array} t */
function commonStep(t) {
  const every = Math.max(Math.floor(t.length / 1000), 1);
  const steps = Float64Array.from({ length: Math.floor((t.length - 1) / every) }, (_, index) => t[index * every + 1] - t[index * every]).sort();
  return steps.length ? steps[steps.length >> 1] : 0;
}

/** The first index whose time is not before `at`. @param {Float64Array} t @param {number} at */
export function firstFrom(t, at) {
  let [low, high] = [0, t.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (t[middle] < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * A series for drawing in a view: every sample where there is room, else for each column of pixels its
 * first, least, greatest and last sample, so that no spike disappears at any zoom. Null breaks a line.
 * @param {SeriesData} series
 * @param {View} view
 * @param {number} until nothing later is drawn
 * @param {number} [pixels] a column's width
 * @returns {Drawn}
 */
export function drawn(series, view, until = Infinity, pixels = 1) {
  const first = Math.max(firstFrom(series.t, view.from) - 1, 0);
  const end = Math.min(firstFrom(series.t, Math.min(view.to, until)) + (until < view.to ? 0 : 1), series.t.length);
  const column = ((view.to - view.from) / Math.max(view.width, 1)) * pixels;
  const hole = Math.max(series.step * HOLE, end - first > view.width * FEW_PER_PIXEL ? column / 2 : 0);
  /** @type {Drawn} */
  const out = { t: [], hi: [], lo: series.lo ? [] : null, odd: [], low: Infinity, high: -Infinity };
  const columns = new Columns(series, out, end - first > (view.width / pixels) * FEW_PER_PIXEL ? column : 0, view.from);
  let before = NaN;
  for (let index = first; index < end; index += 1) {
    const at = series.t[index];
    const finite = Number.isFinite(series.hi[index]);
    if (at - before > hole || !finite) columns.stop();
    if (finite) columns.add(index);
    else if (out.odd.length < view.width) out.odd.push({ at, value: series.hi[index] });
    before = at;
  }
  columns.flush();
  return out;
}

/** Gathers samples of one column of pixels and writes those that make its picture. */
class Columns {
  /** @param {SeriesData} series @param {Drawn} out @param {number} width s, 0: every sample is written @param {number} from */
  constructor(series, out, width, from) {
    this.series = series;
    this.out = out;
    this.width = width;
    this.from = from;
    this.column = NaN;
    this.begin = this.least = this.most = this.last = -1;
    this.bottom = Infinity;
  }

  /** @param {number} index */
  add(index) {
    const { hi, lo, t } = this.series;
    const column = this.width ? Math.floor((t[index] - this.from) / this.width) : index;
    if (column !== this.column) this.flush();
    this.column = column;
    const bottom = lo ? lo[index] : hi[index];
    if (this.begin < 0) [this.begin, this.least, this.most, this.bottom] = [index, index, index, bottom];
    if (hi[index] > hi[this.most]) this.most = index;
    if (hi[index] < hi[this.least]) this.least = index;
    if (bottom < this.bottom) this.bottom = bottom;
    this.last = index;
  }

  stop() {
    this.flush();
    const { t, hi, lo } = this.out;
    if (!t.length || hi[hi.length - 1] === null) return;
    t.push(null);
    hi.push(null);
    lo?.push(null);
  }

  flush() {
    if (this.begin < 0) return;
    const { series, out, least, most } = this;
    let written = -1;
    for (const index of [this.begin, Math.min(least, most), Math.max(least, most), this.last]) {
      if (index <= written) continue;
      written = index;
      out.t.push(series.t[index]);
      out.hi.push(series.hi[index]);
      out.lo?.push(this.width ? this.bottom : series.lo?.[index] ?? null);
    }
    out.low = Math.min(out.low, this.bottom);
    out.high = Math.max(out.high, series.hi[most]);
    this.begin = -1;
  }
}
