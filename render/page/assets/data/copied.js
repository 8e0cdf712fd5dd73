import { citation } from './cite.js';
import { emptyState, writeFragment } from './fragment.js';
import { boundsText, dateText, isoText, tellingText } from './instant.js';
import { kindWords, thousands } from './words.js';

/** Facts that a copy holds at most: more is no message any more. */
export const MOST_COPIED = 200;

/** @typedef {'text' | 'Markdown' | 'link'} Form */

/** Where others find it: this page's address, and from a file, which nobody else has, the name by which it is kept. @param {string} fragment @param {{ protocol: string, href: string }} at */
export function linkTo(fragment, { protocol, href }) {
  return `${/^https?:$/.test(protocol) ? href.split('#')[0] : 'timeline.html'}#${fragment}`;
}

/** What a fact says, in one line; what somebody said in quotes. @param {Item} item @param {Fact | null} fact @param {Model} model */
function saying(item, fact, model) {
  if (!fact) return kindWords(item, model);
  const text = fact.quote?.text.replace(/\s+/g, ' ');
  if (item.kind.startsWith('chat.') && text) return `${fact.actor ?? 'somebody'}: “${text}”`;
  return `${fact.statement}${fact.apart ?? ''}`;
}

/** The day, where the window has several. @param {Item} item @param {Model} model @param {string} zone */
function dayOf(item, { origin, length }, zone) {
  const [first, last] = [dateText(origin, zone), dateText(origin + length - 1, zone)];
  return first === last ? '' : `${dateText(Math.floor(origin + Math.max(item.to, 0)), zone)} `;
}

/**
 * A fact for people who do not have this page: as text with its incident, or as Markdown with the reference that a draft checks.
 * @param {Item} item @param {Fact | null} fact @param {Model} model @param {string} zone @param {Form} form @param {{ protocol: string, href: string }} at
 */
export function copiedFact(item, fact, model, zone, form, at) {
  const { incident } = model.data;
  if (form === 'Markdown') return `${citation(item, model.data.window)} ${saying(item, fact, model)}`;
  if (form === 'text') return `${incident.id}, ${dayOf(item, model, zone)}${boundsText(item, zone)} ${zone}: ${saying(item, fact, model).replaceAll('`', '')}`;
  const link = linkTo(item.id, at);
  return link.startsWith('http') ? link : `${incident.id}: ${link} (${boundsText(item, zone)} ${zone}, ${saying(item, fact, model).replaceAll('`', '')})`;
}

/**
 * What is shown of a range: a line a fact, in order.
 * @param {Item[]} items @param {[number, number]} range @param {Model} model @param {string} zone @param {Form} form @param {string} fragment of the view @param {{ protocol: string, href: string }} at @param {Partial<State>} [only] what is filtered
 */
export function copiedRange(items, range, model, zone, form, fragment, at, only = {}) {
  const [from, to] = range.map((seconds) => tellingText(model.origin + seconds, zone));
  const day = dateText(model.origin + range[0], zone);
  const title = `${[model.data.incident.id, model.data.incident.title].filter(Boolean).join(' ')}, ${day} ${from}–${to} ${zone}${filterWords(only)}`;
  if (form === 'link') {
    const link = linkTo(fragment, at);
    return link.startsWith('http') ? link : `${title}: ${link}`;
  }
  const shown = items.slice(0, MOST_COPIED);
  const more = items.length > shown.length ? [`… and ${thousands(items.length - shown.length)} more`] : [];
  if (form === 'text') return [title, ...shown.map((item) => `${dayOf(item, model, zone)}${boundsText(item, zone)} ${saying(item, model.rows.at(item), model).replaceAll('`', '')}`), ...more].join('\n');
  return [`**${title}**`, '', ...shown.map((item) => `- ${citation(item, model.data.window)} ${saying(item, model.rows.at(item), model)}`), ...more].join('\n');
}

/** What a copy leaves out of its range, said at its head; empty where it leaves out nothing. @param {Partial<State>} state */
export function filterWords({ q, lanes, sources, services, kinds }) {
  const lists = /** @type {[string, string[] | null | undefined][]} */ ([['lane', lanes], ['source', sources], ['service', services], ['kind', kinds]]);
  const asked = [...(q?.trim() ? [q.trim().replace(/\s+/g, ' ')] : []), ...lists.flatMap(([name, list]) => (list ? [`${name}: ${list.length ? list.join(', ') : 'none'}`] : []))];
  return asked.length ? `, filtered: ${asked.join('; ')}` : '';
}

/** The fragment that shows a range again, filtered as it is, in the zone that its times are in. @param {[number, number]} range @param {string} fact @param {number} origin @param {Partial<State>} [state] */
export function rangeFragment([from, to], fact, origin, state = {}) {
  const { q = '', lanes = null, sources = null, services = null, kinds = null, zone = 'UTC' } = state;
  return writeFragment({ ...emptyState(), fact: fact || null, from, to, q, lanes, sources, services, kinds, zone }, (seconds) => isoText(origin + seconds));
}
