import { ask } from './api.js';
import { below } from './below.js';
import { headOf } from './cards.js';
import { el, keyed, outward, reason } from './dom.js';
import { makeRecord } from './record.js';
import { signed } from './signed.js';

const THROUGH = 'gone through'; // by now it has nothing to settle
const SECOND = 1000;

/**
 * The agenda, which is the meeting: who is there, what is to be settled and how, what was gone through, what will be done.
 * @param {HTMLElement} place @param {ReviewPage} page @param {Card} card
 */
export function makeMeeting(place, page, card) {
  const { store } = page;
  const clock = el('time', { className: 'clock' });
  const title = el('h2');
  const began = el('button', { type: 'button', onclick: () => begin() }, 'Begin today’s meeting');
  const bar = el('progress', { max: 1, value: 0, 'aria-labelledby': 'progress' });
  const progress = el('span', { id: 'progress', role: 'status' });
  const present = el('ul', { className: 'people' });
  const name = el('input', { 'aria-label': 'Name of somebody who is there', maxLength: 200, list: 'people', required: true, placeholder: 'another name' });
  const add = page.editor && el('form', { className: 'add', onsubmit: async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (await tick({ present: { [name.value.trim()]: true } })) name.value = '';
  } }, name, el('button', {}, 'Add'));
  const agenda = el('ol', { id: 'agenda', className: 'notes agenda', 'aria-label': 'Agenda' });
  const actions = el('ul', { id: 'actions', className: 'actions', 'aria-label': 'Actions' });
  const none = el('p', { className: 'empty' }, 'Nothing is open: no question, no disputed fact, no conflict, no action that lacks something.');
  const heading = el('h3', {}, 'Actions');
  const draft = el('section', { className: 'waits', hidden: true });
  const record = makeRecord(page, { meeting: () => latest(), held: () => held(), send: (what) => send(what), tick: (what) => tick(what) });
  place.append(el('div', { className: 'meeting-top' }, title, clock, el('span', { className: 'spring' }), bar, progress, began),
    record.head, el('fieldset', { className: 'present' }, el('legend', {}, 'Present'), present, add), none, agenda, record.points, record.summary, heading, actions, draft);

  const newest = () => page.notes().filter((note) => headOf(note).body?.kind === 'meeting').sort((a, b) => (headOf(a).body?.held < headOf(b).body?.held ? 1 : -1))[0];
  const latest = () => (newest() ? headOf(newest()).body ?? undefined : undefined);
  const held = () => latest()?.held ?? today();
  /** By its name: somebody may move it to another day meanwhile. @param {Record<string, any>} what */
  const send = async (what) => store.tick({ ...(newest() ? { note: newest().id } : {}), held: held(), ...what }, await page.author());
  const tick = (/** @type {Record<string, any>} */ what) => tried(() => send(what));
  const begin = () => tried(async () => {
    const author = await page.author();
    await store.tick({ held: today(), present: { [page.me()]: true } }, author);
  });
  const tried = async (/** @type {() => Promise<any>} */ what) => {
    try {
      await what();
      page.tell('');
      return true;
    } catch (error) {
      page.tell(`Not saved: ${reason(error)}`);
      draw(true); // what was ticked is not
      return false;
    }
  };
  const box = (/** @type {string} */ words, /** @type {boolean} */ on, /** @type {(now: boolean) => void} */ then, id = '') => el('label', { className: 'tick' },
    el('input', { type: 'checkbox', checked: on, disabled: !page.editor, 'data-tick': id, onchange: (/** @type {any} */ event) => then(event.target.checked) }), el('span', { dir: 'auto' }, words));

  const factsOf = (/** @type {NoteForm} */ note) => note.heads.flatMap((head) => (head.body?.cites ?? []).map((cite) => cite.fact && store.state.facts[cite.fact]));
  /** @type {Set<string>} notes that were written to here: what is settled by that was gone through */
  const settling = new Set();
  const settle = () => {
    const open = new Set(store.state.agenda.filter(({ reason: name }) => name !== THROUGH).map(({ note }) => note));
    const done = [...settling].filter((id) => !open.has(id));
    for (const id of done) settling.delete(id);
    const ticks = done.filter((id) => store.state.notes.has(id) && !store.state.notes.get(id)?.removed && !latest()?.discussed?.includes(id));
    if (ticks.length) tick({ discussed: Object.fromEntries(ticks.map((id) => [id, true])) });
  };
  const item = (/** @type {NoteForm} */ note, /** @type {Agenda[]} */ why, /** @type {boolean} */ done) => {
    const reasons = why.map(({ reason: name, settles }) => el('p', { className: 'reason' }, name === THROUGH ? 'settled' : name, settles && el('span', { className: 'muted' }, ` · ${settles}`)));
    const made = card(note, {
      before: [el('div', { className: 'item-top' }, el('div', {}, ...reasons), el('span', { className: 'spring' }), box('gone through', done, (now) => tick({ discussed: { [note.id]: now } }), note.id))],
      fields: why.flatMap(({ fields, optional }) => [...optional, ...fields]),
      saved: () => { if (headOf(note).body?.kind !== 'meeting') settling.add(note.id); settle(); },
    });
    made.classList.toggle('done', done);
    made.classList.toggle('settled', isSettled(why));
    if (why.some(({ reason: name }) => name.startsWith('why'))) below(page, made, 'Why?', 'why', note.id);
    made.addEventListener('click', (/** @type {MouseEvent} */ event) => {
      const on = /** @type {Element} */ (event.target);
      const first = headOf(note).body?.cites?.[0];
      if (first && !on.closest('button, a, input, select, textarea, label, form') && !String(getSelection())) page.open(first, made);
    });
    return made;
  };
  const action = (/** @type {NoteForm} */ note, /** @type {NoteBody} */ body) => {
    const head = headOf(note);
    const link = note.links[head.id]?.ticket;
    const told = [body.owner, body.due && `due ${body.due}`, body.done && `done ${body.done}`].filter(Boolean).join(' · ');
    const set = (/** @type {boolean} */ now) => tried(async () => {
      const { done, ...rest } = body;
      await store.change(note.id, note.heads.map((one) => one.id), /** @type {NoteBody} */ (now ? { ...rest, done: today() } : rest), await page.author());
    });
    return el('li', { className: body.done ? 'done' : '' }, page.editor || body.done ? box('done', Boolean(body.done), set, note.id) : '', el('span', { className: 'words', dir: 'auto' }, note.shown[head.id]?.text ?? body.text),
      el('span', { className: 'muted', dir: 'auto' }, told), body.ticket && (link ? outward(link, body.ticket) : el('span', {}, body.ticket)));
  };

  /** Draw what changed; returns how much waits. */
  const draw = (anew = false) => {
    const meeting = latest();
    const gone = new Set(meeting?.discussed ?? []);
    // What an earlier meeting went through is no item of this one.
    const listed = store.state.agenda.filter(({ note, reason: name }) => store.state.notes.has(note) && (name !== THROUGH || gone.has(note)));
    const all = [...new Set(listed.map(({ note }) => note))].map((id) => ({ note: /** @type {NoteForm} */ (store.state.notes.get(id)), why: listed.filter(({ note }) => note === id) }));
    keyed(agenda, all.map(({ note, why }) => signed(agenda, note.id, [note, why, gone.has(note.id), factsOf(note)], anew, () => item(note, why, gone.has(note.id)))));
    keyed(actions, page.notes().flatMap((note) => {
      const { body } = headOf(note);
      return body?.kind === 'action' ? [signed(actions, note.id, [note], anew, () => action(note, body))] : [];
    }));
    const asked = new Set(meeting?.invited ?? []);
    const people = [...new Set([...(meeting?.present ?? []), ...asked, ...page.people()])];
    const here = new Set(meeting?.present ?? []);
    keyed(present, people.map((one) => signed(present, one, [here.has(one), asked.has(one)], anew, () => el('li', {}, box(asked.has(one) ? `${one} (invited)` : one, here.has(one), (now) => tick({ present: { [one]: now } }), one)))));
    const own = record.items();
    const through = all.filter(({ note }) => gone.has(note.id)).length + own.filter((one) => one.discussed).length;
    const count = all.length + own.length;
    title.textContent = meeting?.title || `Meeting of ${held()}`;
    record.draw(anew);
    settle();
    began.hidden = !page.editor || !meeting || meeting.held >= today();
    [bar.max, bar.value, progress.textContent] = [Math.max(count, 1), through, `${through} of ${count} gone through`];
    [none.hidden, bar.hidden, progress.hidden] = [agenda.children.length > 0, !count, !count];
    heading.hidden = !actions.children.length;
    return all.filter(({ note, why }) => !isSettled(why) && !gone.has(note.id)).length;
  };
  const now = () => { clock.textContent = new Date().toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short' }); };
  const waits = async () => {
    const answer = /** @type {{ draft: Waiting[] } | null} */ (await ask(`/api/incidents/${page.incident}/agenda`).catch(() => null));
    if (!answer) return;
    draft.hidden = !answer.draft.length;
    draft.replaceChildren(el('h3', {}, 'What the draft waits for'), el('ul', {}, ...answer.draft.map(({ section, count, line }) => el('li', {}, el('span', { dir: 'auto' }, section), el('span', { className: 'muted' }, ` · ${count} question${count === 1 ? '' : 's'} without an answer, the first in line ${line}`)))));
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;
  waits();
  now();
  setInterval(now, SECOND);
  return {
    draw,
    /** The draft is another one now. */
    changed: () => { clearTimeout(soon); soon = setTimeout(waits, 100); },
  };
}

/** @param {Agenda[]} why */
function isSettled(why) {
  return why.every(({ reason: name }) => name === THROUGH);
}

/** The day as the server counts it. */
function today() {
  return new Date().toISOString().slice(0, 10);
}
