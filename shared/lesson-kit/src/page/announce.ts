/** The minimum time in ms between two announcements. */
const PAUSE = 1000;

const region = document.createElement('p');
region.className = 'visually-hidden';
region.setAttribute('aria-live', 'polite');
document.body.append(region);

let waiting: string | undefined;

/**
 * Announces a text politely to screen readers. Of several texts within a second, only the last is announced.
 * `showMessage` does it for messages.
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
