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
  time.textContent = clock.format();
  item.append('↓', text, time);
  if (origin !== undefined)
    item.append(Object.assign(document.createElement('small'), { textContent: origin }));
  messages.append(item);
  observeScrolling(messages);
  while (messages.children.length > KEPT) messages.firstElementChild?.remove();
  announce(message);
}

const observed = new WeakSet<Element>();

/**
 * Lets the keyboard reach each message that scrolls, which depends on its length and on the width
 * of the page.
 */
function observeScrolling(messages: HTMLElement): void {
  if (observed.has(messages)) return;
  observed.add(messages);
  const observer = new ResizeObserver(() => {
    for (const text of messages.querySelectorAll<HTMLElement>('li > span')) {
      if (text.scrollHeight > text.clientHeight) text.tabIndex = 0;
      else text.removeAttribute('tabindex');
    }
  });
  observer.observe(messages);
}
