// The shapes of the review's modules: the API's answers (forms.py) and what a page passes around; never served.

type Cite = { fact: string; content?: string; start?: undefined; end?: undefined } | { fact?: undefined; start: string; end: string };

interface NoteBody {
  kind: string;
  text?: string; // none in a meeting where nobody wrote any
  cites: Cite[];
  parent?: string;
  answer?: string;
  [field: string]: any; // what a kind has of its own
}

interface Version {
  id: string;
  note: string;
  base: string[];
  at: string;
  author: string;
  body: NoteBody | null; // null: removed
}

interface NoteForm {
  id: string;
  heads: Version[]; // several: a conflict
  conflict: boolean;
  removed: boolean;
  versions: number;
  changed: Record<string, string>;
  shown: Record<string, Record<string, string>>; // words of a head in which references are values
  links: Record<string, Record<string, string>>; // addresses of a head's words
  joined: NoteBody | null; // what versions of a meeting are together
}

interface FactForm {
  id: string;
  when: string;
  statement: string;
  kind: string;
  source: string;
  disputed: string[];
}

interface Agenda {
  reason: string;
  note: string;
  settles: string;
  fields: string[]; // to be filled in
  optional: string[];
  discussed: boolean;
}

interface Waiting {
  section: string;
  count: number;
  line: number;
}

interface NotesForm {
  cursor: string;
  notes: NoteForm[];
  facts: Record<string, FactForm>;
  agenda: Agenda[];
  disputed: Record<string, string[]>;
  problems: string[];
}

interface Conflict {
  detail: string;
  note: NoteForm;
  yours: NoteBody | null;
}

interface Shown {
  notes: Map<string, NoteForm>;
  facts: Record<string, FactForm>;
  agenda: NotesForm['agenda'];
  disputed: Record<string, string[]>;
  problems: string[];
}

// What the chart is told of a note.
interface ChartNote {
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

interface BuildForm {
  cause: string;
  state: string; // queued, running, done, failed
  queued_at: string;
  next_at: string;
  started_at: string | null;
  finished_at: string | null;
  facts: number | null;
  gaps: number | null;
  error: string | null;
}

interface RefreshForm {
  files: string[];
  regions: string[];
  messages: string[];
}

// What a page does as the stream tells it.
interface Heard {
  changed: (change: { notes: Set<string> | null }) => void; // null: all of them
  connected: (on: boolean) => void;
  timeline: () => void; // built again
  draft: () => void; // written anew, by whomever
  build: (build: BuildForm) => void;
}

interface FormWith {
  save: (body: NoteBody) => Promise<void>;
  cancel?: () => void;
  body?: NoteBody; // one that stands: an edit
  self?: string; // the note that is edited
  kind?: string; // the only one to choose
  preset?: Partial<NoteBody>; // what a new one begins with
}

// Words that are edited where they stand.
interface WordsWith {
  name: string;
  label: string; // empty where a list says what it is
  type?: string;
  many?: boolean; // lines
  most?: number; // characters
  hint?: string;
  save: (was: string, now: string) => Promise<any>; // refused (409) where somebody wrote there meanwhile
  theirs: (conflict: Conflict) => string;
}

// What a list adds to a card.
interface CardWith {
  name?: string;
  without?: string[]; // fields that the list shows itself
  before?: Node[];
  after?: (Node | false | null)[];
  fields?: string[]; // to be filled in where it stands
  saved?: (body: NoteBody | null) => void;
}

type Card = (note: NoteForm, more?: CardWith) => HTMLElement;

interface PageWith {
  draw: (touched: Set<string> | null) => void;
  chose?: (fact: string | null) => void;
  heard?: (what: 'timeline' | 'draft') => void;
}

// What every page of an incident shares.
interface ReviewPage {
  incident: string;
  editor: boolean;
  store: NoteStore;
  tell: (text: string) => void;
  author: () => Promise<string>; // the name to send; asked once
  me: () => string;
  open: (cite: Cite, at?: HTMLElement | null) => void;
  beside: () => void; // show the chart
  current: () => Cite; // what a note cites unless somebody says otherwise
  shown: () => Cite;
  chosen: () => string | null;
  notes: () => NoteForm[]; // that are not removed
  others: (kind: string) => { id: string; text: string }[];
  people: () => string[];
  draw: () => void;
  start: () => Promise<void>;
}

type NoteStore = ReturnType<typeof import('./static/store.js').makeStore>;

interface Excerpt {
  section: string;
  reference: string | null;
  at: string | null;
  text: string;
  marks: [number, number][]; // in characters
}

interface Hit {
  id: string;
  title: string;
  severity: string | null;
  start: string | null;
  end: string | null;
  served: boolean;
  services: string[];
  excerpts: Excerpt[];
}

interface SearchForm {
  total: number;
  all_words: boolean;
  reading: boolean;
  hits: Hit[];
  counts: Record<string, Record<string, number>>;
}
