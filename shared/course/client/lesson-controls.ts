import type { LessonStatus } from '../src/home/home-contract.ts';
import { element } from './element.ts';
import { home } from './home-connection.ts';
import { markRun } from './progress.ts';

/**
 * Windows that were opened for lessons that still start. A browser opens a window only on a click.
 */
const waiting = new Map<number, Window>();

/** The buttons of a lesson. */
export interface LessonControls {
  readonly element: HTMLElement;
  update(status: LessonStatus): void;
}

/** Creates the buttons that start, open and stop a lesson. */
export function lessonControls(number: number): LessonControls {
  const open = element('a', { className: 'button primary', target: '_blank' }, 'Open');
  const start = element('button', { className: 'primary' }, 'Start and open');
  const stop = element('button', {}, 'Stop');
  for (const control of [open, start, stop])
    control.ariaLabel = `${control.textContent} lesson ${number}`;
  const all = element('div', { className: 'actions' }, open, start, stop);

  open.addEventListener('click', (event) => {
    if (isSecondOfDoubleClick(event)) event.preventDefault();
    else markRun(number);
  });
  start.addEventListener('click', () => {
    if (waiting.has(number)) return;
    const opened = window.open('about:blank', '_blank');
    if (opened !== null) waiting.set(number, opened);
    void home.invoke('start', number).catch(() => forget(number));
  });
  stop.addEventListener('click', (event) => {
    // After the first click of a double click, this button is where the start button was.
    if (!isSecondOfDoubleClick(event)) void home.invoke('stop', number).catch(() => undefined);
  });

  return {
    element: all,
    update({ state, port }) {
      const hadFocus = all.contains(document.activeElement);
      open.href = addressOf(port);
      open.hidden = state !== 'running';
      start.hidden = state !== 'stopped' && state !== 'failed';
      stop.hidden = !['starting', 'running', 'stopping'].includes(state);
      // Not `disabled`, which would lose the focus.
      stop.ariaDisabled = String(state === 'stopping');
      // If the focused button is hidden now, focus the visible one.
      const isLost =
        (document.activeElement as HTMLElement | null)?.hidden !== false ||
        !all.contains(document.activeElement);
      if (hadFocus && isLost) [open, start, stop].find((control) => !control.hidden)?.focus();
    },
  };
}

/**
 * Opens a lesson that runs in its waiting window, or closes the window if the lesson has stopped.
 */
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

const isSecondOfDoubleClick = ({ detail }: MouseEvent): boolean => detail > 1;

/** Returns the address of a lesson on the host name of this page. */
const addressOf = (port: number): string => `http://${location.hostname}:${port}/`;
