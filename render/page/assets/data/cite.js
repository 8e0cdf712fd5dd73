import { boundsText, dateText, readInstant } from './instant.js';

const COMMENT = ['<!' + '--', '--' + '>']; // a script that holds them whole would hide its own element
const POLYNOMIAL = 0xedb88320;

/**
 * CRC-32 of ASCII text, as eight digits of 0-9a-f.
 * @param {string} text
 */
export function sumText(text) {
  let sum = ~0;
  for (const letter of text) {
    sum ^= letter.charCodeAt(0);
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? POLYNOMIAL : 0);
  }
  return (~sum >>> 0).toString(16).padStart(8, '0');
}

/**
 * Bounds as a reference shows them, in UTC: `14:07:31-14:07:46 UTC`, with the day where the window has several.
 * @param {{ earliest?: string | null, latest: string }} fact
 * @param {{ start: string, end: string }} window
 */
export function citedTime(fact, window) {
  const text = boundsText(fact, 'UTC').replace('–', '-');
  const last = readInstant(window.end);
  const days = [readInstant(window.start).seconds, last.nanos ? last.seconds : last.seconds - 1].map((at) => dateText(at, 'UTC'));
  const day = days[0] === days[1] ? '' : `${dateText(readInstant(fact.earliest || fact.latest).seconds, 'UTC')} `;
  return `${fact.earliest ? `${day}${text}` : text.replace('by ', `by ${day}`)} UTC`;
}

/**
 * The Markdown that cites a fact or gap: its time, linked, and the reference that fills it in again. `timeline cite` gives the same.
 * @param {{ id: string, earliest?: string | null, latest: string }} fact
 * @param {{ start: string, end: string }} window
 */
export function citation(fact, window) {
  const label = citedTime(fact, window);
  const anchor = fact.id.startsWith('g-') ? `gap=${fact.id}` : fact.id;
  return `[${label}](timeline.html#${anchor})${COMMENT[0]}{${fact.id}:time}${sumText(label)}${COMMENT[1]}`;
}
