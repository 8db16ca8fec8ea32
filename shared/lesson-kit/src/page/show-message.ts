import { announce } from './announce.ts';

/** Messages that stay on the page; the oldest go first. */
const KEPT = 100;

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/**
 * Puts a message at the end of a list, as text and never as HTML, and announces it.
 * @param list selector of the `<ol class="messages">`; default `#messages`.
 * @param origin what stands small below it, for example who has sent it.
 * @example connection.on('ReceiveMessage', (message) => showMessage(message));
 */
export function showMessage(message: string, list = '#messages', origin?: string): void {
  const messages = document.querySelector<HTMLOListElement>(list)!;
  const item = document.createElement('li');
  const text = document.createElement('span');
  const time = document.createElement('time');
  text.textContent = message;
  if (message.length > 500) text.tabIndex = 0; // it scrolls, so the keyboard must reach it
  time.textContent = clock.format();
  item.append('↓', text, time);
  if (origin !== undefined)
    item.append(Object.assign(document.createElement('small'), { textContent: origin }));
  messages.append(item);
  while (messages.children.length > KEPT) messages.firstElementChild?.remove();
  announce(message);
}
