const SVG_SPACE = 'http://www.w3.org/2000/svg';

/** Which colour an alert's bars have. @type {Record<Severity, string>} */
const COLOURS = { high: 'alerts', middle: 'warning', low: 'info', '': 'alerts' };
/** And which shape stands before its name: colour alone tells nobody anything. @type {Record<string, string>} */
const SHAPES_OF = { high: 'M4.5 1H9.5L13 4.5V9.5L9.5 13H4.5L1 9.5V4.5Z', middle: 'M7 1L13.5 13H.5Z', low: 'M7 1.5a5.5 5.5 0 1 0 .01 0Z' };
const SIGNS = { high: 'M7 3.5V8M7 9.5V11', middle: 'M7 5.5V9M7 10.3V11.6', low: 'M7 6.5V10.5M7 3.8V5' };
/** @type {Record<string, string>} */
export const SEVERITY_WORDS = { high: 'severity: page or critical', middle: 'severity: warning', low: 'severity: info' };

/** @param {Severity | undefined} severity */
export function severityColour(severity) {
  return COLOURS[severity ?? ''];
}

/** @param {Severity | undefined} severity @returns {SVGElement | null} null where its source tells none */
export function severityIcon(severity) {
  if (!severity) return null;
  const svg = document.createElementNS(SVG_SPACE, 'svg');
  for (const [name, value] of Object.entries({ viewBox: '0 0 14 14', width: '14', height: '14', class: `severity-mark of-${severity}`, 'aria-hidden': 'true' })) svg.setAttribute(name, value);
  for (const [d, look] of [[SHAPES_OF[severity], 'body'], [SIGNS[severity], 'sign']]) {
    const path = document.createElementNS(SVG_SPACE, 'path');
    path.setAttribute('d', d);
    path.setAttribute('class', look);
    svg.append(path);
  }
  return svg;
}

/** The first that a life's facts tell. @param {Item[]} life @returns {Severity} */
export function severityOf(life) {
  return life.find((item) => item.severity)?.severity ?? '';
}
