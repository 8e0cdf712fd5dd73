import { ask } from './api.js';
import { byId, el, moment, reason } from './dom.js';

const PAUSE = 120; // ms after a key
const AGAIN = 1500; // ms after which incidents that were still being read are asked for again
const PAGE = 10;
const MOST = 100;
const SHOWN = 6; // values of a property, before the rest unfolds
/** What incidents are chosen by, in this order, and how it is called. @type {Record<string, string>} */
const FACETS = { service: 'service', severity: 'severity', failure_mode: 'failure mode', factor: 'factor', team: 'team', tag: 'tag', alert: 'alert', kind: 'kind of fact' };
/** @type {Record<string, string>} */
const SECTIONS = { title: 'title', factor: 'factor', lesson: 'lesson', action: 'action', draft: 'draft', note: 'note', claim: 'claim of a document', alert: 'alert', change: 'change', status: 'status', log: 'log', chat: 'chat', other: 'fact' };

/** The parts of a text that matched stand in `<mark>`; places count characters, not code units. Backticks are a statement's own. @param {string} text @param {[number, number][]} marks */
export function marked(text, marks) {
  const letters = [...text];
  const part = (/** @type {number} */ from, /** @type {number | undefined} */ to) => letters.slice(from, to).filter((one) => one !== '`').join('');
  let at = 0;
  const parts = marks.flatMap(([from, to]) => {
    const pair = [part(at, from), el('mark', {}, part(from, to))];
    at = to;
    return pair;
  });
  return [...parts, part(at, undefined)];
}

/** What is asked for, as it stands in the address. @param {URLSearchParams} given */
export function query(given) {
  const wanted = new URLSearchParams();
  for (const name of ['q', ...Object.keys(FACETS), 'since', 'until']) for (const value of given.getAll(name)) if (value) wanted.append(name, value);
  return wanted;
}

/** @param {Excerpt} one @param {Hit} hit */
function excerpt(one, hit) {
  const { reference, section, at } = one;
  const label = `${SECTIONS[section] ?? section}${at ? ` ${at.slice(11, 19)}` : ''}`;
  const leads = hit.served && /^[fn]-/.test(reference ?? '');
  return el('li', {}, leads ? el('a', { class: 'muted', href: `/incidents/${hit.id}#${reference}` }, label) : el('span', { class: 'muted' }, label), ' ', ...marked(one.text, one.marks));
}

/** @param {Hit} hit */
function card(hit) {
  const name = [el('b', {}, hit.id), ` ${hit.title === hit.id ? '' : hit.title}`];
  return el('li', { class: 'hit' },
    el('div', { class: 'hit-top' },
      hit.served ? el('a', { href: `/incidents/${hit.id}` }, ...name) : el('span', { title: 'kept in the archive; not served here' }, ...name),
      hit.severity && el('span', { class: 'tag' }, hit.severity),
      el('span', { class: 'muted time' }, hit.start ? moment(hit.start) : 'no date'),
      el('span', { class: 'muted' }, hit.services.join(', '))),
    hit.excerpts.length > 0 && el('ul', {}, ...hit.excerpts.map((one) => excerpt(one, hit))));
}

/** Search while somebody types: the list of incidents gives way to what was found. @param {HTMLFormElement} form */
export function search(form) {
  const input = /** @type {HTMLInputElement} */ (form.elements.namedItem('q'));
  const [results, list, count, facets, more] = ['results', 'hits', 'hit-count', 'facets', 'more'].map(byId);
  let wanted = query(new URLSearchParams(location.search));
  let most = PAGE;
  let turn = 0;
  /** @type {number | undefined} */
  let later;

  const clear = (/** @type {string} */ name, /** @type {string} */ value) => {
    const others = wanted.getAll(name).filter((one) => one !== value);
    wanted.delete(name);
    for (const one of others) wanted.append(name, one);
  };
  const toggle = (/** @type {string} */ name, /** @type {string} */ value) => {
    if (wanted.getAll(name).includes(value)) clear(name, value);
    else wanted.append(name, value);
    most = PAGE;
    run();
  };
  const chip = (/** @type {string} */ name, /** @type {string} */ value, /** @type {number | undefined} */ number) => {
    const on = wanted.getAll(name).includes(value);
    return el('button', { type: 'button', class: 'facet', 'aria-pressed': String(on), onclick: () => toggle(name, value) }, value, number === undefined ? '' : el('span', { class: 'muted' }, ` ${number}`));
  };
  const group = (/** @type {string} */ name, /** @type {Record<string, number>} */ counts) => {
    const chosen = wanted.getAll(name);
    const values = [...new Set([...chosen, ...Object.keys(counts)])];
    if (!values.length) return null;
    const chips = values.map((value) => chip(name, value, counts[value]));
    const rest = chips.slice(Math.max(SHOWN, chosen.length));
    return el('div', { class: 'facet-of', role: 'group', 'aria-label': FACETS[name] }, el('span', { class: 'muted' }, FACETS[name]), ...chips.slice(0, chips.length - rest.length),
      rest.length > 0 && el('details', {}, el('summary', {}, `${rest.length} more`), ...rest));
  };
  const draw = (/** @type {SearchForm} */ answer) => {
    const focused = document.activeElement?.closest('.facet-of')?.getAttribute('aria-label');
    const pressed = document.activeElement?.textContent;
    count.textContent = says(answer);
    list.replaceChildren(...answer.hits.map(card));
    facets.replaceChildren(...Object.keys(FACETS).map((name) => group(name, answer.counts[name] ?? {})).filter((one) => one !== null));
    more.hidden = answer.hits.length >= answer.total || most >= MOST;
    if (focused) {
      const again = [...facets.querySelectorAll('.facet-of')].find((one) => one.getAttribute('aria-label') === focused);
      const value = pressed?.replace(/ \d+$/, '');
      /** @type {HTMLButtonElement | undefined} */ ([...again?.querySelectorAll('button') ?? []].find((one) => one.textContent?.replace(/ \d+$/, '') === value))?.focus();
    }
  };
  const says = (/** @type {SearchForm} */ { total, all_words: whole, reading, hits }) => {
    const number = `${total} ${total === 1 ? 'incident' : 'incidents'}`;
    const matching = !total ? 'Nothing alike: no incident has that.' : whole ? `${number}.` : `No incident has all of these words; ${number} with most of them.`;
    return `${matching}${hits.length < total ? ` The ${wanted.get('q') ? 'best' : 'newest'} ${hits.length} are shown.` : ''}${reading ? ' Incidents are still being read; more may come.' : ''}`;
  };
  const run = async () => {
    clearTimeout(later);
    const mine = ++turn;
    const any = [...wanted].length > 0;
    byId('all').hidden = any;
    results.hidden = !any;
    history.replaceState(null, '', any ? `?${wanted}` : location.pathname);
    if (!any) return;
    const asked = new URLSearchParams(wanted);
    asked.set('typing', 'true');
    asked.set('most', String(most));
    try {
      const answer = await ask(`/api/search?${asked}`);
      if (mine !== turn) return; // somebody typed on
      draw(answer);
      if (answer.reading) later = setTimeout(run, AGAIN);
    } catch (error) {
      if (mine === turn) count.textContent = reason(error);
    }
  };
  input.value = wanted.get('q') ?? '';
  input.addEventListener('input', () => {
    clearTimeout(later);
    later = setTimeout(() => {
      wanted.delete('q');
      if (input.value.trim()) wanted.set('q', input.value);
      most = PAGE;
      run();
    }, PAUSE);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    /** @type {HTMLElement | null} */ (list.querySelector('a'))?.focus();
  });
  more.addEventListener('click', () => {
    most = Math.min(most * 3, MOST);
    run();
  });
  document.addEventListener('keydown', (event) => {
    const typing = event.target instanceof Element && event.target.matches('input, textarea, select');
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
      input.select();
    } else if (event.key === 'Escape' && event.target === input && input.value) {
      event.preventDefault();
      input.value = '';
      input.dispatchEvent(new Event('input'));
    }
  });
  if ([...wanted].length) run();
}
