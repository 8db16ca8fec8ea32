import type { LessonStatus } from '../src/home/home-contract.ts';
import { element } from './element.ts';
import { home } from './home-connection.ts';
import { markRun } from './progress.ts';

/** Windows that wait for their lesson: a browser lets only the click itself open one. */
const waiting = new Map<number, Window>();

/** The buttons of a lesson, wherever they stand. */
export interface LessonControls {
  readonly element: HTMLElement;
  update(status: LessonStatus): void;
}

/** Start, open and stop of a lesson. */
export function lessonControls(number: number): LessonControls {
  const open = element('a', { className: 'button primary', target: '_blank' }, 'Open');
  const start = element('button', { className: 'primary' }, 'Start and open');
  const stop = element('button', {}, 'Stop');
  for (const control of [open, start, stop])
    control.ariaLabel = `${control.textContent} lesson ${number}`;
  const all = element('div', { className: 'actions' }, open, start, stop);

  open.addEventListener('click', () => markRun(number));
  start.addEventListener('click', () => {
    const opened = window.open('about:blank', '_blank');
    if (opened !== null) waiting.set(number, opened);
    void home.invoke('start', number).catch(() => forget(number));
  });
  stop.addEventListener('click', () => void home.invoke('stop', number).catch(() => undefined));

  return {
    element: all,
    update({ state, port }) {
      const hadFocus = all.contains(document.activeElement);
      open.href = addressOf(port);
      open.hidden = state !== 'running';
      start.hidden = state !== 'stopped' && state !== 'failed';
      stop.hidden = !['starting', 'running', 'stopping'].includes(state);
      stop.ariaDisabled = String(state === 'stopping'); // pressed, it keeps the focus until there is something to start
      // The button that was pressed may be gone: the next one takes its place.
      const isLost =
        (document.activeElement as HTMLElement | null)?.hidden !== false ||
        !all.contains(document.activeElement);
      if (hadFocus && isLost) [open, start, stop].find((control) => !control.hidden)?.focus();
    },
  };
}

/** Sends the window that waits for a lesson there, or closes it when the lesson ended. */
export function openWhenRunning({ number, state, port }: LessonStatus): void {
  const window = waiting.get(number);
  if (window === undefined || state === 'starting') return;
  if (state === 'running') {
    waiting.delete(number);
    window.location.href = addressOf(port);
    markRun(number);
  } else {
    forget(number);
  }
}

function forget(number: number): void {
  waiting.get(number)?.close();
  waiting.delete(number);
}

/** Under the name by which the home was opened. */
const addressOf = (port: number): string => `http://${location.hostname}:${port}/`;
