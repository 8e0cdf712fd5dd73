import { byId, copyButton, el, leaveLink, seamed, statementOf, webHost, withCode } from '../ui/dom.js';
import { citation } from '../data/cite.js';
import { aroundChange } from './around.js';
import { boundsText, exactText } from '../data/instant.js';
import { icon } from '../ui/icons.js';
import { absentWords, noExcerptWords } from '../data/limits.js';
import { markWords } from '../data/ranges.js';
import { factNotes, markNoted } from '../ui/noted.js';
import { factCopies } from '../ui/copying.js';
import { amount, duration, gapName, kindWords, labelText, reasonText, thousands } from '../data/words.js';

/** @typedef {ReturnType<typeof import('../data/excerpts.js').makeExcerpts>} ReadExcerpt */

/**
 * The chosen fact or gap; `arrived` draws it again once its row has been read.
 * @param {Model} model @param {Store} store @param {ReadExcerpt} excerpts
 */
export function makePanel(model, store, excerpts) {
  const aside = byId('fact-panel');
  let awaited = false;
  const draw = () => {
    const state = store.get();
    const found = state.fact ? model.byId.get(state.fact) : undefined;
    // An exercise does not show by a link what is still ahead.
    const item = found && model.drill && found.seen > (state.at ?? 0) ? undefined : found;
    const gap = state.gap ? model.gaps.find((one) => one.gap.id === state.gap) : undefined;
    const fact = item ? model.rows.at(item) : null;
    awaited = Boolean(item && !fact && model.rows.has(item));
    if (item) aside.dataset.fact = item.id;
    else delete aside.dataset.fact;
    markNoted(aside, item?.id, model);
    aside.classList.toggle('empty', !item && !gap);
    aside.replaceChildren(...(item ? factWords(item, fact, model, store, excerpts) : gap ? gapWordsOf(gap, model, store, excerpts) : hint()));
    aside.scrollTop = 0;
  };
  return { draw, arrived: () => { if (awaited) draw(); } };
}

function hint() {
  return [el('p', { class: 'hint' }, 'Choose a mark or a row: here it says what was recorded, when, and how we know. Drag over the chart to zoom. Press ', el('kbd', {}, '?'), ' for keys.')];
}

/** @param {Item} item @param {Fact | null} fact null: it is not at hand @param {Model} model @param {Store} store @param {ReadExcerpt} excerpts */
function factWords(item, fact, model, store, excerpts) {
  const { zone } = store.get();
  const quote = fact?.quote && [
    el('blockquote', { dir: 'auto' }, ...seamed(fact.quote.text)),
    fact.quote.truncated && el('p', { class: 'muted' }, 'Cut at 4,000 characters: the whole is in the payload.'),
    fact.quote.edited_at && el('p', { class: 'muted' }, `The text is as edited at ${exactText(fact.quote.edited_at, zone)} (${zone}); what stood there before is not known.`),
  ];
  return [
    top(icon(item.kind, item.lane, item.turn), kindWords(item, model), store), ...markedWords(model, store), fact ? el('h2', { class: 'statement' }, ...withCode(statementOf(fact))) : el('p', { class: 'muted' }, absentWords(item, model)), ...(quote || []),
    el('p', { class: 'copies' }, 'copy ', ...factCopies(item, model, zone)), factNotes(item.id, model), ...aroundChange(item, model, store.get()),
    facts(timeRows(item, model, zone)), facts(fact ? aboutRows(fact) : bareRows(item)), ...otherFacts(item, fact?.related ?? [], model, store),
    ...(fact?.evidence ?? []).flatMap((one) => evidenceWords(one, model, excerpts)),
  ].flatMap((part) => (part instanceof Node ? [part] : []));
}

/** How long the marked range is: its own words stand above the chart, which may be out of sight. @param {Model} model @param {Store} store */
function markedWords(model, store) {
  const { mark } = store.get();
  return mark ? [el('p', { class: 'muted' }, 'marked range: ', el('b', { class: 'marked-words' }, markWords(model, mark)))] : [];
}

/** @param {SVGElement} mark @param {string} kind @param {Store} store */
function top(mark, kind, store) {
  const close = el('button', { class: 'small', type: 'button', 'aria-label': 'Close', title: 'Close (Escape)' }, '×');
  close.addEventListener('click', () => store.set({ fact: null, gap: null }));
  return el('div', { class: 'panel-top' }, el('span', { class: 'icon' }, mark), el('span', {}, kind), close);
}

/** @param {[string, (Node | string | null | undefined)[]][]} rows */
function facts(rows) {
  return el('dl', {}, ...rows.filter(([, values]) => values.some(Boolean)).flatMap(([name, values]) => [el('dt', {}, name), el('dd', {}, ...values)]));
}

/** @param {Item} item @param {Model} model @param {string} zone @returns {[string, (Node | string | null)[]][]} */
function timeRows(item, model, zone) {
  const error = model.data.clocks[item.clock];
  const taken = model.data.clock_offsets[item.source] ?? 0;
  const exact = (/** @type {string} */ iso) => [el('time', { class: 'exact', dateTime: iso }, exactText(iso, zone)), ' ', copyButton(iso, `${iso}, ISO 8601`)];
  const width = item.from === -Infinity ? 0 : item.to - item.from;
  return [
    [`time (${zone})`, [el('b', {}, boundsText(item, zone)), width >= 1 ? ` within ${duration(width, true)}` : '']],
    ['earliest', item.earliest ? exact(item.earliest) : ['it was already so when the record began']],
    ['latest', exact(item.latest)],
    ['timestamp source', [el('code', {}, item.means)]],
    ['clock', [item.clock, error ? ` ± ${amount(error, 's')}` : '']],
    ['its clock showed', taken ? exact(new Date(Date.parse(item.latest) + taken * 1000).toISOString()) : [null]],
    ['visible to responders', item.surfaced ? exact(item.surfaced) : ['not sent to responders']],
    ['cite', [copyButton(citation(item, model.data.window), 'citation, in Markdown', 'copy citation')]],
    ['order', [item.group >= 0 ? `uncertain among ${model.groups[item.group].length} facts: their bounds overlap` : null]],
  ];
}

/** @param {Fact} fact @returns {[string, (Node | string | null | undefined)[]][]} */
function aboutRows(fact) {
  const { quantity, subject } = fact;
  const compared = quantity?.threshold !== undefined ? `, threshold ${quantity.op ?? ''} ${quantity.threshold}` : '';
  return [
    ['value', [quantity?.value !== undefined ? `${quantity.value} ${quantity.unit ?? ''}${compared}`.trim() : null]],
    ['by', [fact.actor]], ['service', [subject.service]], ['component', [subject.component]], ['environment', [subject.environment]],
    ['labels', [Object.keys(subject.labels).length ? el('span', { dir: 'auto' }, labelText(subject.labels)) : null]],
    ['id', [el('code', {}, fact.id), ' ', copyButton(fact.id, 'the id')]],
    ['variants', [fact.variants ? `${fact.variants} other contents were seen under this id` : null]],
    ['last seen', [fact.last_seen ? `in collection ${fact.last_seen}; the source no longer gives it` : null]],
  ];
}

/** What is known of a fact whose row is not at hand. @param {Item} item @returns {[string, (Node | string | null | undefined)[]][]} */
function bareRows(item) {
  return [['by', [item.actor]], ['source', [item.source]], ['service', [item.service]], ['id', [el('code', {}, item.id), ' ', copyButton(item.id, 'the id')]]];
}

const AROUND = 6;

/** Its lifecycle, and what a rule ties to this fact. @param {Item} item @param {Fact['related']} related @param {Model} model @param {Store} store */
function otherFacts(item, related, model, store) {
  const until = model.drill ? store.get().at ?? 0 : Infinity;
  const life = (model.threads.get(item.life) ?? []).filter((other) => other.seen <= until);
  const at = life.indexOf(item);
  const near = life.slice(Math.max(at - AROUND, 0), at + AROUND + 1);
  const tied = related.flatMap(({ fact, rule }) => { const other = model.byId.get(fact); return other && other.seen <= until ? [{ other, rule }] : []; });
  const part = (/** @type {string} */ name, /** @type {HTMLElement[]} */ rows) => (rows.length ? [el('h3', {}, name), el('ul', { class: 'others' }, ...rows)] : []);
  return [
    ...part(`lifecycle (${life.length} facts)`, life.length > 1 ? near.map((other) => otherRow(other, model, store, other === item, '')) : []),
    ...part('related', tied.map(({ other, rule }) => otherRow(other, model, store, false, rule))),
  ];
}

/** @param {Item} item @param {Model} model @param {Store} store @param {boolean} self @param {string} rule */
function otherRow(item, model, store, self, rule) {
  const button = el('button', { class: 'plain', type: 'button', disabled: self }, el('span', { class: 'icon' }, icon(item.kind, item.lane, item.turn)), el('span', { class: 'time' }, boundsText(item, store.get().zone)), ` ${kindWords(item, model)}`, rule && el('span', { class: 'muted' }, ` · ${rule}`));
  button.addEventListener('click', () => store.set({ fact: item.id, gap: null }));
  return el('li', {}, button);
}

/** @param {Evidence} one @param {Model} model @param {ReadExcerpt} excerpts */
function evidenceWords(one, model, excerpts) {
  const link = one.link && el('p', {}, leaveLink(one.link, webHost(one.link) ? `Open at ${webHost(one.link)}` : undefined), webHost(one.link) && el('span', { class: 'muted' }, ' leaves this page'));
  const query = one.query && el('div', { class: 'with-copy' }, el('pre', { class: 'query', tabIndex: 0 }, one.query), copyButton(one.query, 'the query'));
  const file = one.payload && el('dl', { class: 'evidence' },
    el('dt', {}, 'SHA-256'), el('dd', {}, el('code', { class: 'digest' }, one.payload), ' ', copyButton(one.payload, 'the digest'), ...wholePayload(one.payload, model)),
    el('dt', {}, 'file'), el('dd', {}, el('code', {}, one.file ?? '')), ...(one.pointer ? [el('dt', {}, 'element'), el('dd', {}, el('code', {}, one.pointer))] : []));
  const parts = [el('h3', {}, `evidence from ${one.source}`), link, query, file, one.payload && excerptWords(one, model, excerpts)];
  return parts.flatMap((part) => (part instanceof Node ? [part] : []));
}

/** A link to all of it, where a server has it. @param {string} digest @param {Model} model */
function wholePayload(digest, { payloads }) {
  if (!payloads) return [];
  const open = (/** @type {MouseEvent} */ event) => { event.preventDefault(); payloads.open(digest); };
  return [' ', el('a', { href: `${payloads.base}${digest}`, target: '_blank', rel: 'noopener', on: { click: open } }, 'whole payload')];
}

/** The payload's own element among its neighbours, marked. @param {Evidence} one @param {Model} model @param {ReadExcerpt} excerpts */
function excerptWords(one, model, excerpts) {
  const { excerpt } = one;
  if (!excerpt) return el('p', { class: 'muted' }, 'The payload was not at hand when this page was made; the digest names it.');
  if (excerpt[0] < 0) return el('p', { class: 'muted' }, noExcerptWords(model));
  const pre = el('pre', { class: 'excerpt', tabIndex: 0, dir: 'ltr', role: 'region', 'aria-label': 'Excerpt of the payload' }, '…');
  excerpts(...excerpt).then((texts) => { pre.replaceChildren(...(texts ? excerptParts(texts, excerpt[1]) : [noExcerptWords(model)])); }, () => { pre.textContent = 'The excerpt could not be unpacked.'; });
  return pre;
}

/** @param {Excerpt} list @param {number} place */
function excerptParts({ size, texts }, place) {
  const near = [-2, -1, 0, 1, 2].map((by) => place + by).filter((at) => texts[at] !== undefined);
  const [first, last] = [near[0], near[near.length - 1]];
  const more = (/** @type {number} */ n) => (n > 0 ? [el('span', { class: 'muted' }, `… ${thousands(n)} more\n`)] : []);
  const parts = near.map((at) => (at === place ? el('mark', {}, texts[at]) : el('span', { class: 'near' }, texts[at])));
  return [...more(first), ...parts.flatMap((part) => [part, '\n']), ...more(size - 1 - last)];
}

/** @param {GapItem} item @param {Model} model @param {Store} store @param {ReadExcerpt} excerpts */
function gapWordsOf(item, model, store, excerpts) {
  const { gap } = item;
  const { zone } = store.get();
  return [
    top(icon('gap', 'gap'), gapName(gap), store), el('h2', { class: 'statement' }, ...withCode(gap.statement)),
    facts([['reason', [reasonText(gap.reason)]], ['source', [gap.source]], [`from (${zone})`, [exactText(gap.start, zone)]], ['to', [exactText(gap.end, zone)]], ['missing', [gap.missing]],
      ['cite', [copyButton(citation({ id: gap.id, earliest: gap.start, latest: gap.end }, model.data.window), 'citation, in Markdown', 'copy citation')]]]),
    ...gap.evidence.flatMap((one) => evidenceWords(one, model, excerpts)),
  ];
}
