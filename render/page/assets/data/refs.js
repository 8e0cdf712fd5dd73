/** The ids of facts or of the gap that a point of the figure stands for. @param {any} point @returns {string[]} */
export function pointRefs(point) {
  const data = point?.customdata;
  if (!data) return [];
  if (data.words) return [];
  return typeof data === 'string' ? [data] : /** @type {Mark} */ (data).items.map((item) => item.id);
}
