import { makeAuthor } from './author.js';
import { makeBuilds } from './builds.js';
import { headOf } from './cards.js';
import { makeChart } from './chart.js';
import { byId, el, reason } from './dom.js';
import { divide } from './layout.js';
import { makeStore } from './store.js';

/**
 * What every page of an incident shares: its notes, kept up by the stream, who writes, the chart beside them, builds.
 * @param {PageWith} with_
 * @returns {ReviewPage}
 */
export function makePage(with_) {
  const { incident = '', role, name = '', start = '', end = '', from = '', to = '' } = document.body.dataset;
  const author = makeAuthor(name);
  const editor = role === 'editor';
  /** @type {string | null} */
  let chosen = null;
  let lost = false;
  const tell = (/** @type {string} */ text) => { byId('notice').textContent = text; byId('notice').hidden = !text; };
  const builds = makeBuilds(incident, tell);
  const people = el('datalist', { id: 'people' });
  document.body.append(people);
  const draw = (/** @type {Set<string> | null} */ touched) => {
    people.replaceChildren(...page.people().map((one) => el('option', { value: one })));
    with_.draw(touched);
    pane()?.notes(told());
  };
  const store = makeStore(incident, {
    changed: ({ notes: touched }) => draw(touched),
    connected: (on) => {
      const shown = byId('connection');
      shown.className = `connection ${on ? 'on' : 'off'}`;
      shown.textContent = on ? 'live' : 'connection lost, trying again';
      // What was written while the connection was lost, nobody told.
      if (on && lost) with_.heard?.('draft');
      lost = !on;
    },
    timeline: () => {
      pane()?.renew().catch((error) => tell(`The new build could not be read: ${reason(error)}`));
      with_.heard?.('timeline');
    },
    draft: () => with_.heard?.('draft'),
    build: builds.show,
  });

  /** @type {ReturnType<typeof makeChart> | null} */
  let made = null;
  const pane = () => made;
  const shows = (/** @type {boolean} */ on) => {
    const toggle = byId('chart-toggle');
    for (const id of ['chart', 'divider']) byId(id).hidden = !on;
    document.body.classList.toggle('with-chart', on);
    if (toggle) [toggle.textContent, toggle.ariaExpanded] = [on ? 'Hide the chart' : 'Show the chart', String(on)];
    if (on && !made) {
      made = makeChart(byId('chart'), incident, (fact) => {
        chosen = fact;
        with_.chose?.(fact);
      }, () => { for (const list of document.querySelectorAll('.chips')) list.dispatchEvent(new Event('view')); }, tell, goes);
      made.notes(told());
    }
    return /** @type {ReturnType<typeof makeChart>} */ (made);
  };
  /** From its words at a row to its card, where it is edited. @param {string} note */
  const goes = (note) => {
    const cards = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll(`.note[data-note="${note}"]`)]);
    if (!cards().some((one) => one.checkVisibility()) && cards().length) byId('tab-notes')?.click();
    const card = cards().find((one) => one.checkVisibility());
    if (!card) return void tell(store.state.notes.has(note) ? 'This note stands in Review, and on its own page.' : '');
    card.scrollIntoView({ block: 'center' });
    /** @type {HTMLElement | null} */ (card.querySelector('.edit, button'))?.focus({ preventScroll: true });
  };
  const notes = () => [...store.state.notes.values()].filter((one) => !one.removed);
  /** What is told of facts, the oldest first, for the chart. @returns {ChartNote[]} */
  const told = () => {
    const open = new Set(Object.values(store.state.disputed).flat());
    return notes().flatMap((one) => {
      const { author: by, at, body } = headOf(one);
      const cites = one.heads.flatMap((head) => head.body?.cites ?? []);
      const facts = new Set(cites.flatMap((cite) => cite.fact ?? []));
      const ranges = cites.flatMap((cite) => (cite.fact === undefined ? [/** @type {[string, string]} */ ([cite.start, cite.end])] : []));
      return body?.text && cites.length ? [{ id: one.id, kind: body.kind, text: one.shown[headOf(one).id]?.text ?? body.text, author: by, at, facts: [...facts], ranges, open: open.has(one.id), answer: body.answer ?? '', conflict: one.conflict }] : [];
    });
  };
  /** @type {ReviewPage} */
  const page = {
    incident, store, editor, tell, notes,
    author: author.given,
    me: author.name,
    open: (cite, at = /** @type {HTMLElement | null | undefined} */ (document.activeElement?.closest('.note'))) => {
      const opens = byId('chart').hidden;
      const chart = shows(true);
      // The pane takes its room from the list: what was pressed stays in sight.
      if (opens) at?.scrollIntoView({ block: 'center' });
      if (cite.fact !== undefined) chart.choose(cite.fact);
      else chart.show(cite.start, cite.end);
      if (innerWidth <= 900) byId('chart').scrollIntoView({ block: 'start' });
    },
    beside: () => { shows(true); },
    // A note stands on what is chosen, else on what is shown.
    current: () => (chosen ? { fact: chosen } : page.shown()),
    shown: () => (made ? made.range() ?? { start, end } : { start: from, end: to }),
    chosen: () => chosen,
    others: (kind) => notes().filter((one) => headOf(one).body?.kind === kind).map((one) => ({ id: one.id, text: headOf(one).body?.text ?? '' })),
    people: () => [...new Set([name || author.name(), ...[...store.state.notes.values()].flatMap((one) => one.heads.flatMap((head) => [head.author, head.body?.owner ?? '', ...(head.body?.present ?? [])]))])].filter(Boolean).sort(),
    draw: () => draw(null),
    start: () => { document.body.dataset.ready = 'yes'; return store.start(); },
  };
  divide();
  byId('chart-toggle')?.addEventListener('click', () => shows(byId('chart').hidden));
  if (!byId('chart-toggle') || location.hash.length > 1 && !location.hash.startsWith('#n-')) shows(true);
  return page;
}
