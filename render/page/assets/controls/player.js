import { byId, el, statementOf } from '../ui/dom.js';
import { drillWords } from './drill.js';
import { icon } from '../ui/icons.js';
import { boundsText, clockText } from '../data/instant.js';
import { ceilMillis, firstSignal, nextSeen, sentence, surfacedBy } from '../data/replay.js';
import { inRange, selectItems } from '../data/select.js';
import { kindWords } from '../data/words.js';

const SPEEDS = [1, 10, 60, 300, 900, 3600];
const FRAME = 100; // ms between two drawings while it plays

/**
 * The replay: its controls, the sentence and the facts that became visible last; `toggle`, `play` and `step` for keys.
 * @param {Model} model @param {Store} store @param {() => Promise<void>} drawn waits until the chart shows the state
 */
export function makePlayer(model, store, drawn) {
  const section = byId('replay');
  const play = el('button', { type: 'button', class: 'play', 'aria-pressed': 'false' }, 'play');
  const speeds = el('select', { 'aria-label': 'Speed', title: 'Speed' }, ...SPEEDS.map((speed) => el('option', { value: String(speed) }, speedText(speed))));
  const said = el('p', { class: 'sentence', 'aria-live': 'polite' });
  const list = el('ol', { class: 'others surfaced' });
  const left = model.drill ? null : el('button', { type: 'button', class: 'small', 'aria-label': 'End the replay', title: 'End the replay (P)', on: { click: () => actions.toggle() } }, '×');
  const step = (/** @type {number} */ by, /** @type {string} */ sign, /** @type {string} */ what) => el('button', { type: 'button', 'aria-label': what, title: what, on: { click: () => actions.step(by) } }, sign);
  const exercise = model.drill ? drillWords(model, store, () => actions.step(1)) : null;
  const controls = el('div', { class: 'controls' }, step(-1, '◂', 'Previous fact (,)'), play, step(1, '▸', 'Next fact (.)'), speeds);
  section.replaceChildren(el('div', { class: 'panel-top' }, el('h2', {}, model.drill ? 'Drill' : 'What could we see?'), left), said, controls, ...(exercise ? [exercise.node] : []), el('h3', {}, 'last visible to responders'), list);
  let playing = false;
  play.addEventListener('click', () => actions.play());
  speeds.addEventListener('change', () => store.set({ speed: Number(speeds.value) }));
  const run = async () => {
    let before = performance.now();
    let spoken = before;
    while (playing) {
      await drawn();
      await new Promise((then) => { setTimeout(then, Math.max(FRAME - (performance.now() - before), 0)); });
      const now = performance.now();
      const { at, speed } = store.get();
      if (at === null || !playing) break;
      const next = ceilMillis(Math.min(at + ((now - before) / 1000) * speed, model.length));
      before = now;
      // The address is written now and then: a browser allows only so many.
      if (now - spoken > 1000) spoken = now;
      store.set({ at: next }, spoken !== now);
      if (next >= model.length) break;
    }
    playing = false;
    store.set({});
  };
  const actions = {
    toggle: () => {
      playing = false;
      if (!model.drill) store.set({ at: store.get().at === null ? startOf(model, store.get()) : null });
    },
    play: () => {
      const { at } = store.get();
      playing = !playing;
      if (at === null || (playing && at >= model.length)) store.set({ at: startOf(model, store.get()) });
      else draw();
      if (playing) run();
    },
    /** @param {number} by @returns {boolean} whether there is a playhead to move */
    step: (by) => {
      const { at, fact } = store.get();
      if (at === null) return false;
      const next = nextSeen(steps(model, store.get()), at, fact ? model.byId.get(fact) : undefined, by);
      if (next) store.set({ at: ceilMillis(next.seen), fact: next.id, gap: null });
      return true;
    },
  };
  const draw = () => {
    const { at, zone, speed } = store.get();
    section.hidden = at === null;
    document.documentElement.toggleAttribute('data-replay', at !== null);
    if (at === null) return;
    play.textContent = playing ? 'pause' : 'play';
    play.setAttribute('aria-pressed', String(playing));
    if (!SPEEDS.includes(speed) && ![...speeds.options].some((one) => one.value === String(speed))) speeds.append(el('option', { value: String(speed) }, speedText(speed)));
    speeds.value = String(speed);
    // Read aloud while it plays, it would never end.
    said.setAttribute('aria-live', playing ? 'off' : 'polite');
    said.textContent = sentence(model, at, zone);
    list.replaceChildren(...surfacedBy(selectItems(model, store.get()), at).map((item) => surfacedRow(item, model, store)));
    exercise?.draw();
  };
  return { ...actions, draw };
}

/** In an exercise what is still ahead can be stepped to, though it is not shown. @param {Model} model @param {State} state */
function steps(model, state) {
  return model.drill ? model.items.filter((item) => item.isSurfaced) : inRange(selectItems(model, state), state);
}

/** @param {Model} model @param {State} state */
function startOf(model, state) {
  const first = firstSignal(model);
  const [from, to] = [state.from ?? 0, state.to ?? model.length];
  const chosen = state.fact ? model.byId.get(state.fact) : undefined;
  if (chosen && chosen.seen >= from && chosen.seen <= to) return ceilMillis(chosen.seen);
  return first >= from && first <= to ? first : ceilMillis(from);
}

/** @param {number} speed */
function speedText(speed) {
  return speed % 60 === 0 && speed >= 60 ? `${speed / 60} min/s` : `${speed} s/s`;
}

/** @param {Item} item @param {Model} model @param {Store} store */
function surfacedRow(item, model, store) {
  const { zone, fact } = store.get();
  const row = model.rows.at(item);
  const statement = row ? statementOf(row).replaceAll('`', '') : kindWords(item, model);
  const words = (item.kind.startsWith('chat.') ? row?.quote?.text : null) ?? statement;
  const at = clockText(model.origin + item.seen, zone);
  const button = el('button', { class: 'plain', type: 'button', 'aria-current': fact === item.id ? 'true' : null, title: `${statement}\n${boundsText(item, zone)}`, on: { click: () => store.set({ fact: item.id, gap: null }) } },
    el('span', { class: 'icon' }, icon(item.kind, item.lane, item.turn)), el('span', { class: 'time' }, at), el('span', { class: 'words', dir: 'auto' }, words));
  return el('li', {}, button);
}
