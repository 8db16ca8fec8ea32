/** A screen reader hears at most one message a second: the latest. */
const PAUSE = 1000;

const region = document.createElement('p');
region.className = 'visually-hidden';
region.setAttribute('aria-live', 'polite');
document.body.append(region);

let waiting: string | undefined;

/**
 * Says a text politely to people who do not see the page; of several within a second only the last.
 * `showMessage` does it for messages.
 */
export function announce(text: string): void {
  if (waiting === undefined) {
    setTimeout(() => {
      region.textContent = waiting ?? '';
      waiting = undefined;
    }, PAUSE);
  }
  waiting = text.slice(0, 300); // nobody listens to 40 KB
}
