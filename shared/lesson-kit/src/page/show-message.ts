import { announce } from './announce.ts';

/** The maximum number of messages on the page. The oldest are removed first. */
const KEPT = 100;

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/**
 * Adds a message to the end of a list, as text and never as HTML. Announces it to screen readers.
 * @param list selector of the `<ol class="messages">`; default `#messages`.
 * @param origin small text below the message, for example its sender. Default: none.
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
 * Adds each message that scrolls to the tab order, so that the keyboard can scroll it. Whether a
 * message scrolls depends on its length and on the width of the page.
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
