import { byId, el } from './dom.js';
import { icon } from './icons.js';
import { keySwitch } from './keysetting.js';
import { severityIcon, SEVERITY_WORDS } from './severity.js';

const KEY_WORDS = [
  ['/', 'find'], ['Escape', 'close, then clear what is chosen'], [', .', 'previous, next fact (also ← →, and ↑ ↓ in the table)'], ['Home End', 'first, last fact'],
  ['W S', 'zoom in, out'], ['A D', 'earlier, later'], ['F', 'zoom to the chosen fact'], ['M', 'mark a range: a fact, then up to another; again to end'], ['Shift+click', 'mark from the chosen fact up to this one; on a lane’s button: only this lane'], ['P', 'replay: what could we see then?'], ['Space', 'play and pause; , and . go by what became visible'], ['0', 'the whole window, and back to the incident'], ['Z', 'UTC or local time'], ['T', 'light or dark'], ['?', 'this help'],
];
const SHAPES = [
  ['alert.pending', 'alerts', 'alert pending'], ['alert.firing', 'alerts', 'alert firing'], ['alert.silenced', 'alerts', 'silenced'], ['alert.no_data', 'alerts', 'alert without data'], ['alert.acknowledged', 'alerts', 'acknowledged'], ['alert.unacknowledged', 'alerts', 'unacknowledged'], ['alert.escalated', 'alerts', 'escalated'], ['alert.reassigned', 'alerts', 'reassigned'], ['metric.crossed_above', 'metrics', 'value went above the threshold'], ['metric.crossed_below', 'metrics', 'value went below the threshold'],
  ['deploy.started', 'changes', 'deploy started'], ['deploy.finished', 'changes', 'deploy finished'], ['deploy.failed', 'changes', 'deploy failed'], ['deploy.rolled_back', 'changes', 'rolled back'], ['deploy.waiting', 'changes', 'waiting for approval'], ['deploy.cancelled', 'changes', 'cancelled'], ['change.merged', 'changes', 'merge, tag, release'], ['change.removed', 'changes', 'removed'],
  ['chat.message', 'chat', 'message'], ['log.first_seen', 'logs', 'log first seen'], ['log.rate_changed', 'logs', 'log rate changed'], ['status.posted', 'impact', 'status post'], ['incident.resolved', 'impact', 'incident record'], ['incident.role_assigned', 'people', 'role assigned'], ['gap', 'gap', 'no data from the source'],
];

/** What each shape stands for. */
export function shapeList() {
  const severities = Object.entries(SEVERITY_WORDS).map(([rank, what]) => el('li', {}, el('span', { class: 'icon' }, severityIcon(/** @type {Severity} */ (rank)) ?? ''), what));
  return el('ul', { class: 'shapes' }, ...severities, ...SHAPES.map(([kind, lane, what]) => el('li', {}, el('span', { class: 'icon' }, icon(kind, lane)), what)));
}

/** @returns {{ toggle: () => void, close: () => boolean }} */
export function makeHelp() {
  const dialog = /** @type {HTMLDialogElement} */ (byId('help'));
  const close = el('button', { type: 'button', class: 'small', on: { click: () => dialog.close() } }, 'close');
  dialog.replaceChildren(
    el('div', { class: 'panel-top' }, el('h2', {}, 'Keys and shapes'), close),
    keySwitch(),
    el('div', { class: 'help-columns' },
      el('dl', { class: 'keys' }, ...KEY_WORDS.flatMap(([keys, what]) => [el('dt', {}, ...keys.split(' ').map((key) => el('kbd', {}, key))), el('dd', {}, what)])),
      shapeList()),
    el('p', { class: 'muted' }, 'A fact is drawn as wide as its time is uncertain, as a mark where that is too narrow to see. A bracket in the table joins facts whose order is uncertain. Hatched: no data from the source; a plain line is quiet. An arrow: no end was recorded. The shaded margins were collected around the incident. A striped ribbon: it began again and again; a click unfolds it. In a replay, an outline is what was not sent to responders, a faint one what was still ahead.'),
    el('p', { id: 'colophon', class: 'counts' }),
  );
  return { toggle: () => (dialog.open ? dialog.close() : dialog.showModal()), close: () => { const open = dialog.open; dialog.close(); return open; } };
}
