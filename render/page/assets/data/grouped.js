/**
 * Values by a key, each group in their order.
 * @template K, V
 * @param {Iterable<V>} values
 * @param {(value: V) => K} key
 * @returns {Map<K, V[]>} in the order in which the keys came
 */
export function grouped(values, key) {
  /** @type {Map<K, V[]>} */
  const groups = new Map();
  for (const value of values) addTo(groups, key(value), value);
  return groups;
}

/** @template K, V @param {Map<K, V[]>} groups @param {K} key @param {V} value */
export function addTo(groups, key, value) {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}
