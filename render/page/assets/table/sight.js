const AHEAD = 800; // px that are made before they come into sight
const TALLEST = 15_000_000; // px of all rows: a browser cannot lay out much more
const ROW_HEIGHT = 44; // px, a guess for rows that are not made yet

/**
 * Parts of a long table, of which those near what is in sight are made; the others are a space of their height.
 * @param {HTMLElement} root what scrolls, where it does
 * @param {HTMLElement} grid
 * @param {(part: number) => HTMLElement} make
 * @param {(height: number) => HTMLElement} space
 */
export function makeSight(root, grid, make, space) {
  /** @type {Map<number, HTMLElement>} */
  const made = new Map();
  /** @type {Float64Array} */
  let heights = new Float64Array(0);
  let guess = { part: 0, exact: true };
  /** @type {number | null} */
  let pinned = null;
  let all = false; // whatever is in sight
  const scrolls = () => getComputedStyle(root).overflowY === 'auto';
  const offset = (/** @type {number} */ part) => heights.subarray(0, part).reduce((sum, height) => sum + height, 0);

  /** The parts in sight, and those that will be soon. */
  const wanted = () => {
    // A note that is opened makes its row taller.
    for (const [part, body] of made) heights[part] = body.offsetHeight;
    const own = scrolls();
    const top = (own ? root.scrollTop : -grid.getBoundingClientRect().top) - AHEAD;
    const bottom = top + (own ? root.clientHeight : innerHeight) + 2 * AHEAD;
    /** @type {Set<number>} */
    const parts = new Set(pinned === null ? [] : [pinned]);
    for (let part = 0, at = 0; part < heights.length && at < bottom; part += 1) {
      at += heights[part];
      if (at > top) parts.add(part);
    }
    return parts;
  };

  /** Change what is above without moving what is in sight. @param {() => void} change */
  const still = (change) => {
    const top = scrolls() ? root.getBoundingClientRect().top : 0;
    const anchor = [...made.values()].find((body) => body.getBoundingClientRect().bottom > top);
    const before = anchor?.getBoundingClientRect().top ?? 0;
    change();
    if (!anchor?.isConnected) return;
    const moved = anchor.getBoundingClientRect().top - before;
    if (Math.abs(moved) < 1) return;
    if (scrolls()) root.scrollTop += moved;
    else if (before < 0) window.scrollBy(0, moved);
  };

  /** @param {Set<number>} parts */
  const put = (parts) => {
    for (const [part, body] of [...made]) {
      if (parts.has(part)) continue;
      if (body.contains(document.activeElement)) root.focus({ preventScroll: true });
      body.remove();
      made.delete(part);
      if (!guess.exact) heights[part] = guess.part;
    }
    for (const old of grid.querySelectorAll(':scope > .space')) old.remove();
    let [last, next] = [/** @type {Element | null} */ (grid.firstElementChild), 0];
    const spaced = (/** @type {number} */ until) => {
      const height = heights.subarray(next, until).reduce((sum, one) => sum + one, 0);
      if (height > 0) (last?.after(space(height)), last = last?.nextElementSibling ?? null);
    };
    for (const part of [...parts].sort((a, b) => a - b)) {
      spaced(part);
      const body = made.get(part) ?? make(part);
      if (!body.isConnected) last?.after(body);
      made.set(part, body);
      last = body;
      next = part + 1;
    }
    spaced(heights.length);
    for (const [part, body] of made) heights[part] = body.offsetHeight;
  };

  const update = () => {
    // What is made may be taller or lower than was guessed: then other parts come into sight.
    for (let round = 0; round < 4; round += 1) {
      const parts = wanted();
      if (parts.size === made.size && [...parts].every((part) => made.has(part))) return;
      still(() => put(parts));
    }
  };
  let due = 0;
  // Where all parts are wanted, those out of sight stay: the browser's own search finds them.
  const soon = () => { due ||= requestAnimationFrame(() => { due = 0; if (!all) update(); }); };
  root.addEventListener('scroll', soon, { passive: true });
  window.addEventListener('scroll', soon, { passive: true });

  return {
    made, still,
    update: () => { all = false; update(); },
    /** Begin anew with so many parts of so many rows. @param {number} parts @param {number} rows */
    reset: (parts, rows) => {
      made.forEach((body) => body.remove());
      made.clear();
      pinned = null;
      all = false;
      const row = Math.min(ROW_HEIGHT, TALLEST / Math.max(parts * rows, 1));
      guess = { part: row * rows, exact: row === ROW_HEIGHT };
      heights = new Float64Array(parts).fill(guess.part);
    },
    /** Make these parts, whatever is in sight. @param {Iterable<number>} parts */
    all: (parts) => { all = true; still(() => put(new Set(parts))); },
    /** Keep a part made; scroll to where it is where it is not. @param {number | null} part @param {boolean} scroll */
    pin: (part, scroll) => {
      pinned = part;
      all = false;
      if (part !== null && scroll && !made.has(part) && scrolls()) root.scrollTop = offset(part) - root.clientHeight / 3;
      update();
    },
  };
}
