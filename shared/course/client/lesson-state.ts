import type { StateKind } from '@practical-signalr/lesson-kit/client';
import type { LessonState, LessonStatus } from '../src/home/home-contract.ts';

const states: Record<LessonState, readonly [StateKind | '', string]> = {
  'in preparation': ['', 'In preparation'],
  stopped: ['', 'Not running'],
  starting: ['warn', 'Starting'],
  running: ['good', 'Running'],
  stopping: ['warn', 'Stopping'],
  failed: ['bad', 'Failed'],
};

/** Returns the state of a lesson as text. */
export const stateText = ({ state, port }: LessonStatus): string =>
  state === 'running' ? `Running on ${port}` : states[state][1];

/** Shows the state of a lesson in a badge. */
export function showLessonState(badge: HTMLElement, status: LessonStatus): void {
  badge.className = `badge ${states[status.state][0] || 'idle'}`;
  const text = stateText(status);
  if (badge.textContent !== text) badge.textContent = text;
}

/** Shows how a lesson failed. Hides the block if it did not fail. */
export function showFailure(block: HTMLElement, { state, reason, lastLines }: LessonStatus): void {
  block.hidden = state !== 'failed';
  const text = [reason, '', ...lastLines].join('\n');
  if (block.textContent !== text) block.textContent = text;
}
