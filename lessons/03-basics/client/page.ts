const messages = document.querySelector<HTMLOListElement>('#messages')!;
const announcer = document.querySelector<HTMLElement>('#announcer')!;
const state = document.querySelector<HTMLElement>('#state')!;
const field = document.querySelector<HTMLTextAreaElement>('#message')!;

/** Puts a message on the page: as text, never as HTML. */
export function show(message: string): void {
  const item = document.createElement('li');
  const text = document.createElement('span');
  const time = document.createElement('time');
  text.textContent = message;
  time.textContent = new Date().toLocaleTimeString();
  item.append('↓', text, time);
  messages.append(item);
  while (messages.children.length > 100) messages.firstElementChild?.remove();
  announce(message);
}

export function showState(kind: 'good' | 'warn' | 'bad', text: string): void {
  state.className = `badge ${kind}`;
  state.textContent = text;
}

// A screen reader hears at most one message a second.
let waiting: string | undefined;
function announce(message: string): void {
  if (waiting === undefined) {
    setTimeout(() => {
      announcer.textContent = waiting ?? '';
      waiting = undefined;
    }, 1000);
  }
  waiting = message;
}

// Enter sends, Shift+Enter makes a new line.
field.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  field.form?.requestSubmit();
});
