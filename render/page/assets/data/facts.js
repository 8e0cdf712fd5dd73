import { isoOf } from './instant.js';
import { laneOf, NO_SERVICE } from './lane.js';

const BEGUN = 1; // the earliest is known
const WIDE = 2; // and is not the latest
const SURFACED = 4; // it surfaced
const LATER = 8; // and not at its latest
const SPAN = 2 ** 20; // more than a page has facts: half an id and a place are one exact number

/**
 * What is drawn and counted of every fact, as `render/page/drawn.py` packs it.
 * @param {ArrayBuffer} buffer
 * @param {ArrayBuffer} ids eight bytes each
 * @param {PackedFacts} packed
 * @param {number} origin the window's start, whole seconds since 1970
 * @returns {{ items: Item[], byId: Model['byId'] }} in display order
 */
export function readFacts(buffer, ids, { count, layout, names }, origin) {
  const facts = new Facts(readLayout(buffer, layout), names, makeIds(ids, names.ids), origin);
  /** @type {FactItem[]} */
  const items = new Array(count);
  for (let index = 0; index < count; index += 1) items[index] = new FactItem(facts, index);
  const item = (/** @type {string} */ id) => items[facts.ids.indexOf(id)];
  return { items, byId: { get: item, has: (id) => item(id) !== undefined } };
}

/** @param {ArrayBuffer} buffer @param {PackedFacts['layout']} layout @returns {Record<string, Numbers>} */
function readLayout(buffer, layout) {
  let at = 0;
  return Object.fromEntries(layout.map(([name, width, length, unit]) => {
    const bytes = new Uint8Array(buffer, at, width * length);
    at += bytes.length;
    return [name, readNumbers(bytes, width, length, unit)];
  }));
}

/** Bytes of one weight stand together. @param {Uint8Array} bytes @param {number} width @param {number} length @param {number} unit @returns {Numbers} */
export function readNumbers(bytes, width, length, unit) {
  if (width === 1 && unit === 1) return bytes;
  const values = width <= 4 ? new Uint32Array(length) : new Float64Array(length);
  for (let column = 0, factor = unit; column < width; column += 1, factor *= 256) {
    for (let index = 0, at = column * length; index < length; index += 1, at += 1) values[index] += bytes[at] * factor;
  }
  return values;
}

/** The sign is folded in. @param {number} value */
function unfolded(value) {
  return value % 2 ? -(value + 1) / 2 : value / 2;
}

/** The columns: a value for each fact. */
class Facts {
  /** @param {Record<string, Numbers>} columns @param {FactNames} names @param {Ids} ids @param {number} origin */
  constructor(columns, names, ids, origin) {
    this.ids = ids;
    this.origin = origin;
    this.columns = columns;
    this.names = names;
    this.lanes = names.sort.map(([kind, category]) => laneOf({ kind, category }));
    const { flags } = columns;
    const seconds = sums(columns['latest seconds']);
    this.latest = { seconds, nanos: columns['latest nanos'] };
    this.earliest = apart(columns, 'earliest', flags, WIDE, seconds);
    this.surfaced = apart(columns, 'surfaced', flags, LATER, seconds);
    this.to = joinedTimes(this.latest);
    this.from = this.to.map((at, index) => (flags[index] & BEGUN ? at : -Infinity));
    this.seen = this.to.slice();
    spread(this.earliest, this.from);
    spread(this.surfaced, this.seen);
  }

  /** @param {number} index @param {typeof this.earliest} some */
  iso(index, some) {
    const place = some.places.length ? firstPlace(some.places, index) : -1;
    const { seconds, nanos } = some.places[place] === index ? { seconds: some.seconds[place], nanos: some.nanos[place] } : { seconds: this.latest.seconds[index], nanos: this.latest.nanos[index] };
    return isoOf(this.origin + seconds, nanos);
  }
}

/** @param {Numbers} steps */
function sums(steps) {
  const made = new Float64Array(steps.length); // a loop: `from` with a function takes ten times as long
  for (let index = 0, sum = 0; index < made.length; index += 1) made[index] = sum += unfolded(steps[index]);
  return made;
}

/** Instants that few facts have. @param {Record<string, Numbers>} columns @param {string} name @param {Numbers} flags @param {number} flag @param {Float64Array} bases */
function apart(columns, name, flags, flag, bases) {
  const steps = columns[`${name} seconds`];
  const places = new Uint32Array(steps.length);
  for (let index = 0, at = 0; index < flags.length; index += 1) if (flags[index] & flag) places[at++] = index;
  const seconds = new Float64Array(steps.length);
  for (let at = 0; at < seconds.length; at += 1) seconds[at] = bases[places[at]] + unfolded(steps[at]);
  return { places, seconds, nanos: columns[`${name} nanos`] };
}

/** @param {{ seconds: Float64Array, nanos: Numbers }} instants */
function joinedTimes({ seconds, nanos }) {
  return seconds.map((second, index) => second + nanos[index] / 1e9);
}

/** @param {ReturnType<typeof apart>} some @param {Float64Array} into */
function spread(some, into) {
  joinedTimes(some).forEach((at, place) => { into[some.places[place]] = at; });
}

/** The first place whose value is not below. @param {ArrayLike<number>} sorted @param {number} value */
function firstPlace(sorted, value) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A fact as the page works with it: all but its place is in the columns. @implements {Item} */
class FactItem {
  /** @param {Facts} facts @param {number} index */
  constructor(facts, index) {
    this.facts = facts;
    this.index = index;
    this.group = -1;
    /** @type {Flap | null} */
    this.flap = null;
  }

  get id() { return this.facts.ids.text(this.index); }

  get from() { return this.facts.from[this.index]; }

  get to() { return this.facts.to[this.index]; }

  get seen() { return this.facts.seen[this.index]; }

  get isSurfaced() { return (this.facts.columns.flags[this.index] & SURFACED) !== 0; }

  get kind() { return this.facts.names.sort[this.facts.columns.sort[this.index]][0]; }

  get turn() { return this.facts.names.sort[this.facts.columns.sort[this.index]][2]; }

  get category() { return this.facts.names.sort[this.facts.columns.sort[this.index]][1]; }

  get lane() { return this.facts.lanes[this.facts.columns.sort[this.index]]; }

  get sources() { return this.facts.names.origin[this.facts.columns.origin[this.index]]; }

  get source() { return this.sources[0]; }

  get service() { return this.facts.names.service[this.facts.columns.service[this.index]] || NO_SERVICE; }

  get actor() { return this.facts.names.actor[this.facts.columns.actor[this.index]] || undefined; }

  get clock() { return this.facts.names.clock[this.facts.columns.clock[this.index]]; }

  get means() { return this.facts.names.means[this.facts.columns.means[this.index]]; }

  get panel() { return this.facts.names.panel[this.facts.columns.panel[this.index]]; }

  get height() { return this.facts.names.height[this.facts.columns.height[this.index]]; }

  get words() { return this.facts.names.words[this.facts.columns.words[this.index]]; }

  get severity() { return this.facts.names.severity[this.facts.columns.severity[this.index]]; }

  get change() { return this.facts.columns.change[this.index]; }

  get life() { return (this.facts.columns.life[this.index] || -this.index) - 1; }

  get ribbon() { return this.facts.columns.flap[this.index] - 1; }

  get row() { return this.facts.columns.row[this.index] - 1; }

  get latest() { return this.facts.iso(this.index, NOTHING); }

  get earliest() { return this.facts.columns.flags[this.index] & BEGUN ? this.facts.iso(this.index, this.facts.earliest) : undefined; }

  get surfaced() { return this.isSurfaced ? this.facts.iso(this.index, this.facts.surfaced) : undefined; }
}

const NOTHING = { places: new Uint32Array(0), seconds: new Float64Array(0), nanos: new Uint32Array(0) };

/** @typedef {{ text: (index: number) => string, indexOf: (id: string) => number }} Ids */

/**
 * Ids by place, and places by id.
 * @param {ArrayBuffer} buffer eight bytes each
 * @param {string[]} [irregular] instead, where one has another form than ours
 * @returns {Ids}
 */
export function makeIds(buffer, irregular) {
  if (irregular) return { text: (index) => irregular[index], indexOf: (id) => irregular.indexOf(id) };
  const view = new DataView(buffer);
  const text = (/** @type {number} */ index) => `f-${hex(view.getUint32(index * 8))}${hex(view.getUint32(index * 8 + 4))}`;
  /** @type {Float64Array | null} */
  let sorted = null;
  const indexOf = (/** @type {string} */ id) => {
    sorted ??= Float64Array.from({ length: buffer.byteLength / 8 }, (_, index) => view.getUint32(index * 8) * SPAN + index).sort();
    const wanted = parseInt(id.slice(2, 10), 16);
    for (let at = firstPlace(sorted, wanted * SPAN); at < sorted.length; at += 1) {
      const index = sorted[at] % SPAN;
      if (Math.floor(sorted[at] / SPAN) !== wanted) break;
      if (text(index) === id) return index;
    }
    return -1;
  };
  return { text, indexOf };
}

/** @param {number} word */
function hex(word) {
  return word.toString(16).padStart(8, '0');
}
