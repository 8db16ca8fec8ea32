/** The minimum time in ms between two announcements. */
const PAUSE = 1000;

const region = document.createElement('p');
region.className = 'visually-hidden';
region.setAttribute('aria-live', 'polite');
document.body.append(region);

let waiting: string | undefined;

/**
 * Announces text politely to screen readers. Within a second, only the last text is announced.
 * `showMessage` does this for messages.
 */
export function announce(text: string): void {
  if (waiting === undefined) {
    setTimeout(() => {
      region.textContent = waiting ?? '';
      waiting = undefined;
    }, PAUSE);
  }
  waiting = text.slice(0, 300); // a longer text takes too long to read out
}
