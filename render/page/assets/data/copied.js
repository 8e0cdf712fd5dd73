import { citation } from './cite.js';
import { boundsText, clockText, dateText, isoText } from './instant.js';
import { kindText, thousands } from './words.js';

/** Facts that a copy holds at most: more is no message any more. */
export const MOST_COPIED = 200;

/** @typedef {'text' | 'Markdown' | 'link'} Form */

/** Where others find it: this page's address, and from a file, which nobody else has, the name by which it is kept. @param {string} fragment @param {{ protocol: string, href: string }} at */
export function linkTo(fragment, { protocol, href }) {
  return `${/^https?:$/.test(protocol) ? href.split('#')[0] : 'timeline.html'}#${fragment}`;
}

/** What a fact says, in one line; what somebody said in quotes. @param {Item} item @param {Fact | null} fact */
function saying(item, fact) {
  if (!fact) return kindText(item.kind);
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
  if (form === 'Markdown') return `${citation(item, model.data.window)} ${saying(item, fact)}`;
  if (form === 'text') return `${incident.id}, ${dayOf(item, model, zone)}${boundsText(item, zone)} ${zone}: ${saying(item, fact).replaceAll('`', '')}`;
  const link = linkTo(item.id, at);
  return link.startsWith('http') ? link : `${incident.id}: ${link} (${boundsText(item, zone)} ${zone}, ${saying(item, fact).replaceAll('`', '')})`;
}

/**
 * What is shown of a range: a line a fact, in order.
 * @param {Item[]} items @param {[number, number]} range @param {Model} model @param {string} zone @param {Form} form @param {string} fragment of the view @param {{ protocol: string, href: string }} at
 */
export function copiedRange(items, range, model, zone, form, fragment, at) {
  const [from, to] = range.map((seconds) => clockText(model.origin + seconds, zone));
  const day = dateText(model.origin + range[0], zone);
  const title = `${[model.data.incident.id, model.data.incident.title].filter(Boolean).join(' ')}, ${day} ${from}–${to} ${zone}`;
  if (form === 'link') {
    const link = linkTo(fragment, at);
    return link.startsWith('http') ? link : `${title}: ${link}`;
  }
  const shown = items.slice(0, MOST_COPIED);
  const more = items.length > shown.length ? [`… and ${thousands(items.length - shown.length)} more`] : [];
  if (form === 'text') return [title, ...shown.map((item) => `${dayOf(item, model, zone)}${boundsText(item, zone)} ${saying(item, model.rows.at(item)).replaceAll('`', '')}`), ...more].join('\n');
  return [`**${title}**`, '', ...shown.map((item) => `- ${citation(item, model.data.window)} ${saying(item, model.rows.at(item))}`), ...more].join('\n');
}

/** The fragment that shows a range again. @param {[number, number]} range @param {string} fact @param {number} origin */
export function rangeFragment(range, fact, origin) {
  const [from, to] = range.map((seconds) => isoText(origin + seconds));
  return [fact, `from=${from}`, `to=${to}`].filter(Boolean).join('&');
}
