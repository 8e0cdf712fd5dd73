import { el } from './dom.js';

const KEPT_KEY = 'incident-timeline-keys';

let on = keptKeys();

/** Whether single letters and signs are keys of the page: whoever dictates, or types by accident, can switch them off. */
export function keysOn() {
  return on;
}

/** The switch, for the help. */
export function keySwitch() {
  const box = el('input', { type: 'checkbox', id: 'keys-on', checked: on });
  box.addEventListener('change', () => {
    on = box.checked;
    try {
      localStorage.setItem(KEPT_KEY, on ? 'on' : 'off');
    } catch {
      // without storage it lasts as long as the page
    }
  });
  return el('label', { class: 'key-switch' }, box, ' Use letters and signs as keys (arrows, Tab and Escape always are)');
}

function keptKeys() {
  try {
    return localStorage.getItem(KEPT_KEY) !== 'off';
  } catch {
    return true; // a page from a file may have no storage
  }
}
