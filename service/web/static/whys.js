import { ask } from './api.js';
import { below, first } from './below.js';
import { makeCards } from './cards.js';
import { byId, keyed, reason } from './dom.js';
import { makePage } from './page.js';

/** @typedef {{ note: string, answers: Step[] }} Step */

const page = makePage({ draw });
const card = makeCards(page);
const form = first(page, byId('new'), 'why');

let asked = 0;
/** @param {Set<string> | null} touched */
async function draw(touched) {
  const mine = ++asked;
  form?.renew();
  /** @type {Step[]} who explains whom is for the server to say: circles and what is too deep are undone there */
  const trees = await ask(`/api/incidents/${page.incident}/whys`).catch((error) => { page.tell(reason(error)); return null; });
  if (!trees) return;
  // What came meanwhile draws what this one would have: none of it may be left as it was.
  if (touched) touched.forEach((id) => due.add(id));
  else all = true;
  if (mine !== asked) return;
  const steps = trees.flatMap((tree) => flat(tree, 0)).filter(({ note }) => page.store.state.notes.has(note));
  keyed(byId('whys'), steps.map(({ note, level }) => ({ key: note, fresh: all || due.has(note) || levels.get(note) !== level, make: () => {
    const made = card(/** @type {NoteForm} */ (page.store.state.notes.get(note)), { name: level ? `Why? (${level})` : 'What happened?', without: ['parent'] });
    made.classList.add('step');
    made.style.setProperty('--level', String(Math.min(level, 8)));
    below(page, made, 'Why?', 'why', note);
    return made;
  } })));
  for (const { note, level } of steps) levels.set(note, level);
  byId('none').hidden = steps.length > 0;
  due.clear();
  all = false;
}
/** @type {Set<string>} */
const due = new Set();
let all = false;
/** @type {Map<string, number>} */
const levels = new Map();

/** @param {Step} step @param {number} level @returns {{ note: string, level: number }[]} */
function flat(step, level) {
  return [{ note: step.note, level }, ...step.answers.flatMap((answer) => flat(answer, level + 1))];
}

page.start();
