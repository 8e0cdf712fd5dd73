/**
 * Make an element. Text is always a text node: nothing from a source is ever read as HTML.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [props] properties; `class`, `data-*`, `aria-*`, `role` as attributes; `on` listeners
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'on') Object.entries(value).forEach(([event, then]) => node.addEventListener(event, /** @type {any} */ (then)));
    else if (name === 'class' || name.includes('-') || name === 'role' || name === 'colspan' || name === 'for') node.setAttribute(name, value);
    else /** @type {any} */ (node)[name] = value;
  }
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    node.append(typeof child === 'string' ? plainText(child) : child);
  }
  return node;
}

/** A direction override would let a source's text show another order than it has. @param {string} text */
export function plainText(text) {
  return text.replace(/[\u202d\u202e]/g, '\ufffd');
}

/**
 * Text that may break where a name has a seam, and nowhere inside its words: `Checkout|Error|Ratio`, `queue_|depth`, `job=|"a",|pool=|"b"`.
 * @param {string} text
 * @returns {(Node | string)[]}
 */
export function seamed(text) {
  return text.split(/(?<=[a-z0-9])(?=[A-Z])|(?<=[_./:-])(?=\w)|(?<=[,=])(?=[\w"{[])/).flatMap((part, index) => (index ? [el('wbr'), part] : [part]));
}

const LATEST_FRAME = 250; // ms: a page that nobody sees has no frames

/** Wait until what was changed is on the screen. @returns {Promise<void>} */
export function painted() {
  return new Promise((then) => {
    setTimeout(then, document.hidden ? 0 : LATEST_FRAME);
    requestAnimationFrame(() => setTimeout(then));
  });
}

/** @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`the page has no #${id}`);
  return node;
}

/**
 * Split a statement at its backticks: identifiers come in code form.
 * @param {string} statement
 * @returns {(Node | string)[]}
 */
export function withCode(statement) {
  return statement.split('`').map((part, index) => (index % 2 ? el('code', { dir: 'auto' }, ...seamed(part)) : part));
}

/** What a fact says, and what tells it from another life of the same words. @param {{ statement: string, apart?: string }} fact */
export function statementOf({ statement, apart = '' }) {
  return statement + apart;
}

/**
 * A button that copies, and says so for a moment.
 * @param {string} text
 * @param {string} what
 * @param {string} [sign]
 */
export function copyButton(text, what, sign = 'copy') {
  return copyButtonOf(() => Promise.resolve(text), what, sign);
}

/** The same of a text that is made when it is asked for. @param {() => Promise<string>} make @param {string} what @param {string} sign */
export function copyButtonOf(make, what, sign) {
  const button = el('button', { class: 'small', type: 'button', 'aria-label': `Copy ${what}`, title: `Copy ${what}` }, sign);
  button.addEventListener('click', () => {
    make().then(copy).then(() => { button.textContent = 'copied'; }, () => { button.textContent = 'not copied'; });
    setTimeout(() => { button.textContent = sign; }, 1500);
  });
  return button;
}

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // A page opened from a file may lack the clipboard; a selection works everywhere.
    const area = el('textarea', { value: text, class: 'offscreen', 'aria-hidden': 'true' });
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    if (!done) throw new Error('the browser refused');
  }
}

/**
 * A link that leaves the page and says where to; anything but http(s) stays text.
 * @param {string} address
 * @param {string} [text]
 */
export function leaveLink(address, text) {
  const host = webHost(address);
  if (!host) return el('span', { class: 'address', dir: 'ltr' }, address);
  const notice = `Leaves this page: opens ${host} in a new tab`;
  return el('a', { href: address, target: '_blank', rel: 'noopener noreferrer', class: 'leave', title: `${notice}\n${address}`, 'aria-label': `${text ?? host}. ${notice}` }, text ?? host, ' ↗');
}

/** @param {string} address @returns {string | null} */
export function webHost(address) {
  try {
    const url = new URL(address);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.host : null;
  } catch {
    return null;
  }
}

/** Close a menu by Escape, and by a click beside it: only what is open listens to the document. @param {HTMLDetailsElement} node */
export function closing(node) {
  const beside = (/** @type {MouseEvent} */ event) => { if (!node.isConnected || !event.composedPath().includes(node)) node.open = false; };
  node.addEventListener('toggle', () => (node.open ? document.addEventListener('click', beside) : document.removeEventListener('click', beside)));
  node.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !node.open) return;
    node.open = false;
    node.querySelector('summary')?.focus();
    event.stopPropagation();
  });
}
