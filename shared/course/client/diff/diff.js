// From change to change by button or Alt and arrow. Everything else on the page works without a script.
const changes = [...document.querySelectorAll('[data-change]')];
const where = document.querySelector('#where');
let current = -1;

// The list of files is longer than its box: the chosen one is seen. The page itself stays where it is.
const list = document.querySelector('nav[aria-label="Changed files"]');
const chosen = list?.querySelector('[aria-current]');
if (chosen)
  list.scrollTop =
    chosen.offsetTop - list.offsetTop - (list.clientHeight - chosen.offsetHeight) / 2;

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

/** To the change after or before the one jumped to last; who has scrolled away from it goes on from what is seen. */
function jump(step) {
  const next = isSeen(changes[current]) ? current + step : fromView(step);
  current = Math.min(Math.max(next, 0), changes.length - 1);
  const change = changes[current];
  change.focus({ preventScroll: true });
  change.scrollIntoView({ block: 'start' });
  where.textContent = `${current + 1} of ${changes.length}`;
}

function isSeen(change) {
  if (change === undefined) return false;
  const { top, bottom } = change.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

function fromView(step) {
  const first = changes.findIndex((change) => change.getBoundingClientRect().top > 0);
  if (step > 0) return first < 0 ? changes.length - 1 : first;
  return (first < 0 ? changes.length : first) - 1;
}
