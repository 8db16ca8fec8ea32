// Moves from change to change, by button or with Alt and an arrow key. The rest of the page works
// without a script.
const changes = [...document.querySelectorAll('[data-change]')];
const where = document.querySelector('#where');
let current = -1;

// If the list of files is longer than its box, scroll it to the chosen file. The page does not
// scroll.
const list = document.querySelector('nav[aria-label="Changed files"]');
const chosen = list?.querySelector('[aria-current]');
if (chosen)
  list.scrollTop =
    chosen.offsetTop - list.offsetTop - (list.clientHeight - chosen.offsetHeight) / 2;

// A link to a folded file opens it.
addEventListener('hashchange', openTarget);
openTarget();

if (changes.length > 0) {
  document.querySelector('#jump').hidden = false;
  document.querySelector('#next').addEventListener('click', () => jump(1));
  document.querySelector('#previous').addEventListener('click', () => jump(-1));
  document.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey)
      return;
    event.preventDefault();
    jump(step);
  });
}

function openTarget() {
  const target = document.getElementById(decodeURI(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) target.open = true;
}

/**
 * Moves to the next or previous change, relative to the last one. If the reader has scrolled away
 * from that one, relative to what is visible.
 */
function jump(step) {
  const next = isVisible(changes[current]) ? current + step : fromView(step);
  current = Math.min(Math.max(next, 0), changes.length - 1);
  const change = changes[current];
  const details = change.closest('details');
  if (details !== null) details.open = true;
  change.focus({ preventScroll: true });
  change.scrollIntoView({ block: 'start' });
  where.textContent = `${current + 1} of ${changes.length}`;
}

function isVisible(change) {
  if (change === undefined) return false;
  const { top, bottom } = rectOf(change);
  return bottom > 0 && top < innerHeight;
}

function fromView(step) {
  const first = changes.findIndex((change) => rectOf(change).top > 0);
  if (step > 0) return first < 0 ? changes.length - 1 : first;
  return (first < 0 ? changes.length : first) - 1;
}

/** Returns where a change is. A change in a folded file is where the file is. */
function rectOf(change) {
  return (change.closest('details:not([open])') ?? change).getBoundingClientRect();
}
