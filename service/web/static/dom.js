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

/** A link that leads away: the page it opens knows nothing of this one. @param {string} href @param {string} words */
export function outward(href, words) {
  return el('a', { href, target: '_blank', rel: 'noreferrer noopener' }, words);
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

/**
 * Show items in a list, by key. Whatever is fresh is made anew; the rest is left alone, not even moved where it need
 * not be, and what somebody edits (`data-editing`) stays whatever becomes of its item: there are words in it.
 * @param {HTMLElement} list @param {{ key: string, make: () => HTMLElement, fresh: boolean }[]} items
 */
export function keyed(list, items) {
  const old = /** @type {HTMLElement[]} */ ([...list.children]);
  const known = new Map(old.map((node) => [node.dataset.key, node]));
  const wanted = items.map(({ key, make, fresh }) => {
    const there = known.get(key);
    if (there && (there.dataset.editing || !fresh)) return there;
    const made = make();
    made.dataset.key = key;
    return made;
  });
  old.forEach((node, place) => { if (node.dataset.editing && !wanted.includes(node)) wanted.splice(Math.min(place, wanted.length), 0, node); });
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  const kept = new Set(wanted);
  for (const node of old) if (!kept.has(node)) node.remove();
  let next = list.firstElementChild;
  for (const node of wanted) {
    if (node === next) next = next.nextElementSibling;
    else list.insertBefore(node, next);
  }
  if (focused && focused !== document.activeElement && list.contains(focused)) focused.focus({ preventScroll: true });
}

/** @param {unknown} error */
export function reason(error) {
  return error instanceof Error ? error.message : String(error);
}
