/**
 * An item of a list that is made anew only where what it shows differs.
 * @param {HTMLElement} list @param {string} key @param {unknown} shows @param {boolean} anew @param {() => HTMLElement} make
 */
export function signed(list, key, shows, anew, make) {
  const signature = JSON.stringify(shows);
  const there = /** @type {HTMLElement[]} */ ([...list.children]).find((node) => node.dataset.key === key);
  return { key, fresh: anew || there?.dataset.signature !== signature, make: () => {
    const made = make();
    made.dataset.signature = signature;
    return made;
  } };
}
