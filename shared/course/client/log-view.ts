import type { ISubscription } from '@microsoft/signalr';
import type { LogLines } from '../src/home/home-contract.ts';
import { element } from './element.ts';
import { home } from './home-connection.ts';

/** The maximum number of lines that are shown. The oldest lines are removed first. */
const SHOWN = 200;

const card = document.querySelector<HTMLElement>('#log')!;
const title = card.querySelector('h2')!;
const lines = element('pre', { className: 'log', tabIndex: 0, ariaLabel: 'Lines of the log' });
lines.setAttribute('role', 'log');
lines.setAttribute('aria-live', 'off'); // states are announced, single lines are not
card.append(lines);

let subscription: ISubscription<LogLines> | undefined;
let shown: string[] = [];
let drawing = false;

/** Shows what a lesson has printed, and adds what it prints. */
export function followLog(number: number, exists: boolean): void {
  subscription?.dispose();
  subscription = undefined;
  title.textContent = `Log of lesson ${number}`;
  shown = [];
  draw();
  if (!exists) return;
  subscription = home.stream('log', number).subscribe({
    next({ reset, lines: more }) {
      shown = [...(reset ? [] : shown), ...more].slice(-SHOWN);
      draw();
    },
    complete: () => undefined,
    error({ message }: Error) {
      shown.push(message); // main.ts subscribes again after a reconnect
      draw();
    },
  });
}

/** Draws at most once per frame. Scrolls to the newest line unless the user has scrolled up. */
function draw(): void {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    const atEnd = lines.scrollTop + lines.clientHeight >= lines.scrollHeight - 4;
    lines.textContent = shown.length === 0 ? 'Nothing yet.' : shown.join('\n');
    if (atEnd) lines.scrollTop = lines.scrollHeight;
  });
}
