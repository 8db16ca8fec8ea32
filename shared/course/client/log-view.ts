import type { ISubscription } from '@microsoft/signalr';
import type { LogLines } from '../src/home/home-contract.ts';
import { element } from './element.ts';
import { home } from './home-connection.ts';

/** Lines that are shown; the oldest go first. */
const SHOWN = 200;

const card = document.querySelector<HTMLElement>('#log')!;
const title = element('h2');
const lines = element('pre', { className: 'log', tabIndex: 0, ariaLabel: 'Lines of the log' });
lines.setAttribute('role', 'log');
lines.setAttribute('aria-live', 'off'); // a screen reader hears states, not every line
card.append(element('header', {}, title, element('small', {}, 'live')), lines);

let subscription: ISubscription<LogLines> | undefined;
let shown: string[] = [];
let drawing = false;

/** Shows what a lesson prints from now on, and what it has printed before. */
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
      shown.push(message); // also when the home is gone: the page follows again when it is back
      draw();
    },
  });
}

/** Draws at most once a frame of the screen, and follows the newest line unless somebody has scrolled up. */
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
