const KEY = 'incident-timeline-theme';

/** @param {() => void} changed */
export function makeTheme(changed) {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const root = document.documentElement;
  const put = (/** @type {string} */ theme) => { root.dataset.theme = theme; };
  put(remembered() ?? 'auto');
  dark.addEventListener('change', changed);
  return () => {
    const now = root.dataset.theme === 'auto' ? (dark.matches ? 'dark' : 'light') : root.dataset.theme;
    const next = now === 'dark' ? 'light' : 'dark';
    const system = dark.matches ? 'dark' : 'light';
    // What the system says needs no choice of its own: it then follows the system again.
    put(next === system ? 'auto' : next);
    remember(next === system ? null : next);
    changed();
  };
}

function remembered() {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === 'dark' || theme === 'light' ? theme : null;
  } catch {
    return null; // a page from a file may have no storage
  }
}

/** @param {string | null} theme */
function remember(theme) {
  try {
    if (theme) localStorage.setItem(KEY, theme);
    else localStorage.removeItem(KEY);
  } catch {
    // without storage the choice lasts as long as the page
  }
}
