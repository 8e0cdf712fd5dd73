// Elements are made with text only: nothing that somebody wrote is ever HTML.

/**
 * @param {string} name @param {Record<string, any>} [properties] @param {...(Node | string | null | undefined | false)} children
 * @returns {any}
 */
export function el(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (key in made && key !== 'list') /** @type {any} */ (made)[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false).map((child) => /** @type {Node | string} */ (child)));
  return made;
}

/** @param {string} id @returns {any} */
export function byId(id) {
  return document.getElementById(id);
}

/** Statements put identifiers between backticks. @param {string} text @returns {(Node | string)[]} */
export function withCode(text) {
  return text.split('`').map((part, place) => (place % 2 ? el('code', {}, part) : part));
}

/** @param {string} iso */
export function moment(iso) {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
}

/** @param {string} start @param {string} end */
export function range(start, end) {
  const sameDay = start.slice(0, 10) === end.slice(0, 10);
  return `${start.slice(11, 19)} to ${sameDay ? end.slice(11, 19) : moment(end)}`;
}
