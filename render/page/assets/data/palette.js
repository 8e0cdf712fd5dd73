const NAMES = ['impact', 'metrics', 'alerts', 'warning', 'info', 'changes', 'chat', 'logs', 'people', 'other', 'gap', 'text', 'muted', 'paper', 'grid', 'shade'];

/**
 * The colours in force, from the style sheet: one place says what a lane looks like.
 * @returns {Record<string, string>}
 */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** @param {string} hex `#rrggbb` @param {number} alpha */
export function faint(hex, alpha) {
  const value = parseInt(hex.slice(1), 16);
  return `rgba(${value >> 16},${(value >> 8) & 255},${value & 255},${alpha})`;
}
