import { notDrawn, runPacked } from './data/codec.js';

// All that the page holds unpacked: it inflates the rest.
runPacked('application').catch((error) => {
  const notice = document.getElementById('notice');
  if (notice) [notice.textContent, notice.hidden] = [notDrawn(error), false];
  throw error;
});
