// The shapes our modules pass around; read by tsc, never shipped.

interface Evidence {
  source: string;
  payload?: string;
  file?: string;
  pointer?: string;
  query?: string;
  link?: string;
  excerpt?: [number, number] | null; // list, place; a list below zero is not in this page
}

// A fact in full: what the columns have of it, and what its row says.
interface Fact {
  id: string;
  kind: string;
  category: 'signal' | 'impact' | 'action' | 'change';
  earliest?: string;
  latest: string;
  time_means: string;
  clock: string;
  surfaced?: string;
  subject: { service?: string; component?: string; environment?: string; labels: Record<string, string> };
  statement: string;
  apart?: string; // what tells it from the same statement of another life
  quote?: { text: string; truncated: boolean; edited_at?: string };
  quantity?: { value?: number | string; unit?: string; threshold?: number | string; op?: string };
  actor?: string;
  related: { fact: string; rule: string }[];
  source: string;
  evidence: Evidence[];
  variants: number;
  last_seen?: number;
}

interface Gap {
  id: string;
  source: string;
  start: string;
  end: string;
  reason: string;
  statement: string;
  missing?: string;
  note?: boolean; // none of the incident: no data before it began, or after it ended
  evidence: Evidence[];
}

interface Measure {
  id: string; // of its tile, and of links to it
  name: string;
  from?: string;
  to?: string;
  from_words?: string; // the statements of both facts
  to_words?: string;
  min_s?: number;
  max_s?: number;
  reason?: string;
}

interface SeriesData {
  labels: Record<string, string>;
  t: Float64Array; // seconds since the window's start
  hi: Float32Array;
  lo: Float32Array | null;
  step: number; // s
}

// What of a series is drawn in one view; null breaks the line.
interface Drawn {
  t: (number | null)[];
  hi: (number | null)[];
  lo: (number | null)[] | null;
  odd: { at: number; value: number }[]; // values that are no number
  low: number;
  high: number;
}

interface Excerpt {
  size: number;
  texts: Record<string, string>;
}

// Tables as `render/page/columns.py` packs them, and as they are read.
type PackedTable = [number, Record<string, any[]>];
type Column = (index: number) => any;

interface Table {
  count: number;
  columns: Record<string, Column>;
}

// Facts or gaps of a chunk: payloads are digest and file name.
interface PackedRecords {
  payloads: [string, string][];
  rows: PackedTable;
}

interface Records {
  count: number;
  at(index: number): Record<string, any>;
}

type Numbers = Uint8Array | Uint32Array | Float64Array;

// The texts that the columns of facts count from.
interface FactNames {
  sort: [string, Fact['category'], Turn][]; // kind, category, where its value went
  origin: string[][]; // the source, and others that evidence is from
  service: string[];
  severity: Severity[];
  words: string[]; // drawn beside the mark, or as the row's name
  actor: string[];
  clock: string[];
  means: string[];
  panel: string[];
  height: (number | null)[];
  ids?: string[]; // where one has another form than ours
}

interface PackedFacts {
  count: number;
  of: number; // facts of the timeline, of which those nearest the incident are here
  layout: [string, number, number, number][]; // name, bytes a value, values, unit
  names: FactNames;
}

// What rows and the panel say of facts, read in chunks.
interface Rows {
  at(item: Item): Fact | null; // null: it is being read, or not in this page
  has(item: Item): boolean; // it is in this page
  read(item: Item): Promise<void>;
  part(part: number): Promise<Records | null>;
  whenRead(then: () => void): void;
  parts: PageData['rows'];
}

interface Find {
  hits(q: string): Uint8Array; // 1 for each fact that has every word, of those that are searched
  left(q: string): number; // chunks that are not searched yet
  prepare(part: number): Promise<void>; // what words of a chunk are looked for in: once it is made, a search is quick
  of: number; // all chunks
  absent(): number; // facts whose words are not in this page
  read(q: string, progress: () => void): Promise<void>;
}

interface Reconciled {
  name: string;
  from: string;
  to?: string;
  count: number;
  min_s?: number;
  max_s?: number;
  statement: string;
}

interface Impact {
  id: string;
  source: string;
  name: string;
  unit: string;
  take: string;
  span: string;
  start: string;
  end: string;
  value?: number | string;
  read_s: number;
  missing_s: number;
}

type Standing = 'seen' | 'untold' | 'ahead';

interface Panel {
  id: string;
  source: string;
  title: string;
  unit?: string;
  query: string;
  thresholds: { name: string; op: string; value?: number | string }[];
  series: SeriesData[];
  shown: number;
  of: number;
}

interface PageData {
  incident: { id: string; title?: string; severity?: string; start?: string; end?: string; services: string[]; roles?: Record<string, string> };
  window: { start: string; end: string };
  digest: string;
  tool: string;
  unverified?: string[];
  sources: string[];
  clocks: Record<string, number>;
  clock_offsets: Record<string, number>; // seconds taken off each source's own times, as configured
  facts: PackedFacts;
  rows: [number, number, string | null][]; // chunks of facts: first, end, name; null: not in this page
  excerpts: [number, number, string][]; // chunks: list and place of the first text, name
  excerpts_left_out?: number;
  limit: number; // bytes of a page
  gaps: Gap[];
  measures: Measure[];
  panels: Panel[];
  groups: [number, number][]; // the first fact's place, facts
  reconciliation?: Reconciled[];
  impact?: Impact[];
  flaps?: { times: number; duty: [number, number] | null }[];
  apart?: [number, string][]; // place of a fact of an alert, and what tells its row from others of the name
  pauses?: [string, string, number, number][]; // start, end, and how long, s
  silenced?: [number, number, number | null][]; // places of a firing, and of begin and end of a silence of its alert
  drill?: boolean;
  notes?: Note[];
}

// When an alert was silenced, as the timeline tells by matchers, names and labels.
interface Silence {
  begin: Item;
  end: Item | null;
}

// A time without a recorded response: outermost bounds, as seconds of the window too.
interface Pause {
  start: string;
  end: string;
  min_s: number;
  max_s: number;
  mark: [number, number];
}

// What a person wrote about facts or a range; the newest words, those of a conflict included.
interface Note {
  id: string;
  kind: string;
  text: string;
  author: string;
  at: string;
  facts: string[];
  ranges: [string, string][]; // start and end
  open: boolean; // a dispute without an answer
  answer: string;
  conflict: boolean;
}

type LaneId = 'impact' | 'metrics' | 'alerts' | 'changes' | 'chat' | 'logs' | 'people' | 'other';

// A fact as the page works with it, all but what its row says: times in seconds since the window's start.
type Severity = 'high' | 'middle' | 'low' | ''; // as its source says; empty where it does not
type Turn = 'up' | 'down' | '';

interface Item {
  readonly id: string;
  readonly index: number;
  readonly kind: string;
  readonly turn: Turn; // of what began or stopped to match: where the value went; empty where that is not known
  readonly category: Fact['category'];
  readonly lane: LaneId;
  readonly source: string;
  readonly sources: string[]; // and others that its evidence is from
  readonly service: string;
  readonly actor?: string;
  readonly clock: string;
  readonly means: string;
  readonly panel: string; // empty: none
  readonly height: number | null; // of a crossing, in the panel's unit
  readonly words: string; // drawn beside its mark, or as its row's name
  readonly severity: Severity;
  readonly change: number; // which change it is a record of: a merge, its tag and its deploy share it; 0: none
  readonly life: number; // of its thread; below zero: it is alone
  readonly ribbon: number; // of a flap; -1: none
  readonly row: number; // the fact in whose row it is, another record of the same event; -1: its own
  readonly from: number; // -Infinity: it was already so
  readonly to: number;
  readonly seen: number; // when people were told, else when it had certainly happened
  readonly isSurfaced: boolean;
  readonly earliest?: string; // exact, RFC 3339
  readonly latest: string;
  readonly surfaced?: string;
  flap: Flap | null;
  group: number; // of undetermined order; -1: none
}

// A life that began again and again, drawn as one ribbon until it is unfolded.
interface Flap {
  id: string; // its first fact
  items: Item[];
  times: number;
  duty: [number, number] | null; // shares of the time it was on
  from: number;
  to: number;
}

interface GapItem {
  gap: Gap;
  from: number;
  to: number;
}

// A note that no row of a fact can show: it stands where its range begins.
interface NoteItem {
  note: Note;
  from: number;
  to: number;
}

interface Model {
  data: PageData;
  origin: number; // the window's start, whole seconds since 1970
  length: number; // the window's seconds
  pauses: Pause[];
  home: [number, number] | null; // the incident and a margin, which the page opens on; null: the whole window
  items: Item[];
  gaps: GapItem[];
  byId: { get(id: string): Item | undefined; has(id: string): boolean };
  rows: Rows;
  find: Find;
  threads: Map<number, Item[]>; // by life
  alerts: Item[][]; // lives of alerts
  messages: Item[]; // by when they were seen
  groups: { first: number; length: number }[]; // places of facts
  flaps: Flap[];
  notes: Map<string, Note[]>; // by fact
  loose: Note[]; // that cite ranges
  opened: Set<string>; // ids of the notes that somebody reads
  goes?: (note: string) => void; // to where a note is edited
  payloads?: { base: string; open: (digest: string) => void }; // where a server gives them whole
  apart: Map<number, string>; // by life: what tells its row from others of the name
  handled: Item[][]; // lives that somebody acknowledged
  silences: Map<number, Silence[]>; // by the life of the alert that was silenced
  drill: boolean;
}

interface State {
  fact: string | null;
  named: string | null; // a measure or a number of the impact, where no fact is chosen
  gap: string | null;
  from: number | null; // seconds since the window's start; null: the whole window
  to: number | null;
  whole: boolean; // of what a link said: the whole window, where it names no range
  q: string;
  lanes: string[] | null; // null: all
  sources: string[] | null;
  services: string[] | null;
  kinds: string[] | null;
  zone: string;
  at: number | null; // the playhead, seconds since the window's start
  speed: number; // seconds a second
  mark: [number, number] | null; // a marked range
  fold: string[]; // lanes drawn as one row
  order: string[] | null; // lanes, by their keys
  sizes: [string, number][]; // heights that were chosen, px at type of 16 px
  open: string[]; // flaps that are unfolded
  rest: [string, string][]; // keys of newer pages, kept as they are
}

interface Store {
  get(): State;
  set(change: Partial<State>, quiet?: boolean): void; // quiet: the address is written later, by a set that is not
  watch(then: (state: State, before: State) => void): void;
}

interface Span {
  state: 'pending' | 'firing' | 'no_data' | 'silenced' | 'waiting' | 'running' | 'role' | 'ahead';
  begin: Item;
  end: Item | null;
  from: number;
  to: number;
  before: boolean; // it was already so when the window began
  open: boolean; // nothing ended it in the window
}

interface Row {
  label: string;
  sources: string[];
  y: number; // the row's middle, px from the chart's top
  named?: [number, number]; // px across that its name takes
  items: Item[];
  spans: Span[];
  flaps: Flap[];
  words?: string; // drawn on the row: what an incident file claims
  lives?: number; // that share the row
  hint?: string; // who they are
  severity?: Severity;
}

interface Lane {
  id: LaneId | 'panel' | 'agreement' | 'coverage';
  key: string; // what the link calls it
  folded: boolean;
  title: string;
  note: string;
  top: number;
  height: number;
  rowHeight: number;
  above: number; // px of each row's name, where it stands above its row
  below: number; // px for words below each row's marks
  rows: Row[];
  panel?: Panel;
  drawn?: Drawn[]; // the panel's series in the view
  range?: [number, number]; // and their values
  crossings: Item[];
  flaps: Flap[];
}

// Where times and rows are on the screen, in px of the chart.
interface Place {
  x: (at: number) => number;
  top: number;
  scale: number;
}

interface View {
  from: number;
  to: number;
  width: number; // px of the plot area
}

interface Mark {
  items: Item[];
  x: number;
  y: number;
  symbol: string;
  lane: LaneId;
  quiet: boolean;
  small?: boolean; // in a row that many share
  colour?: string; // by its alert's severity; else its lane's
  standing: Standing;
}

interface Bar {
  ref: string; // a fact's or a gap's id
  x: number;
  length: number;
  y: number;
  thick: number;
  look: string;
  lane: string;
}

interface Geometry {
  lanes: Lane[];
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  scale: number;
}

interface PlotElement extends HTMLElement {
  on(name: string, then: (event: any) => void): void;
}

interface Window {
  Plotly: {
    react(element: HTMLElement, traces: object[], layout: object, config: object): Promise<unknown>;
    purge(element: HTMLElement): void;
  };
}
