// The shapes our modules pass around; read by tsc, never shipped.

interface Evidence {
  source: string;
  payload?: string;
  file?: string;
  pointer?: string;
  query?: string;
  link?: string;
  excerpt?: [number, number] | null; // list, place
}

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
  names: Record<string, string | number | boolean>; // what the statement was filled with
  panel?: string;
  quote?: { text: string; truncated: boolean; edited_at?: string };
  quantity?: { value?: number | string; unit?: string; threshold?: number | string; op?: string };
  actor?: string;
  thread?: string;
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
  evidence: Evidence[];
}

interface Measure {
  name: string;
  from?: string;
  to?: string;
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
  facts: Fact[];
  gaps: Gap[];
  measures: Measure[];
  panels: Panel[];
  groups: number[][]; // places of facts
  payloads?: [string, string][]; // digest, file name
  reconciliation?: Reconciled[];
  impact?: Impact[];
  flaps?: { facts: number[]; times: number; duty: [number, number] | null }[];
  silenced?: [number, number, number | null][]; // places of a firing, and of begin and end of a silence of its alert
  drill?: boolean;
  notes?: Note[];
}

// When an alert was silenced, as the timeline tells by matchers, names and labels.
interface Silence {
  begin: Item;
  end: Item | null;
}

// What a person wrote about facts; the newest words, those of a conflict included.
interface Note {
  kind: string;
  text: string;
  author: string;
  at: string;
  facts: string[];
  open: boolean; // a dispute without an answer
  answer: string;
  conflict: boolean;
}

type LaneId = 'impact' | 'metrics' | 'alerts' | 'changes' | 'chat' | 'logs' | 'people' | 'other';

// A fact as the page works with it: times in seconds since the window's start.
interface Item {
  fact: Fact;
  index: number;
  from: number; // -Infinity: it was already so
  to: number;
  lane: LaneId;
  service: string;
  text: string; // lower case, what the text filter looks in
  seen: number; // when people were told, else when it had certainly happened
  told: boolean;
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

interface Model {
  data: PageData;
  origin: number; // the window's start, whole seconds since 1970
  length: number; // the window's seconds
  items: Item[];
  gaps: GapItem[];
  byId: Map<string, Item>;
  threads: Map<string, Item[]>;
  lives: Item[][]; // by thread, and facts without one alone
  groups: Item[][];
  flaps: Flap[];
  notes: Map<string, Note[]>; // by fact
  silences: Map<string, Silence[]>; // by the life of the alert that was silenced
  drill: boolean;
}

interface State {
  fact: string | null;
  gap: string | null;
  from: number | null; // seconds since the window's start; null: the whole window
  to: number | null;
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
  state: 'pending' | 'firing' | 'silenced' | 'running' | 'role' | 'ahead';
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
  items: Item[];
  spans: Span[];
  flaps: Flap[];
  words?: string; // drawn on the row: what an incident file claims
  lives?: number; // that share the row
  hint?: string; // who they are
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
  rows: Row[];
  panel?: Panel;
  drawn?: Drawn[]; // the panel's series in the view
  range?: [number, number]; // and their values
  crossings: Item[];
  flaps: Flap[];
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
