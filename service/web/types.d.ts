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
  links: Record<string, Record<string, string>>; // addresses of a head's words, such as its ticket's
}

interface FactForm {
  id: string;
  when: string;
  statement: string;
  kind: string;
  source: string;
  disputed: string[];
}

interface NotesForm {
  cursor: string;
  notes: NoteForm[];
  facts: Record<string, FactForm>;
  agenda: { reason: string; note: string; settles: string; discussed: boolean }[];
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
  kind: string;
  text: string;
  author: string;
  at: string;
  facts: string[];
  open: boolean; // a dispute without an answer
  answer: string;
  conflict: boolean;
}

interface FormWith {
  cites: () => Cite[];
  facts: Record<string, FactForm>;
  others: (kind: string) => { id: string; text: string }[];
  save: (body: NoteBody) => Promise<void>;
  cancel?: () => void;
  body?: NoteBody;
  chosen?: () => string | null;
  shown?: () => { start: string; end: string };
  wanted?: (id: string) => Promise<FactForm>;
}

// What the cards of notes may do with the page they are on.
interface ReviewPage {
  editor: boolean;
  editing: Set<string>; // notes that somebody edits here
  author: () => string;
  tell: (text: string) => void;
  open: (cite: Cite) => void;
  forms: () => Omit<FormWith, 'save' | 'cancel' | 'body'>;
  draw: () => void;
  store: NoteStore;
}

type NoteStore = ReturnType<typeof import('./static/store.js').makeStore>;
