import type { ObservedRequest } from '../observed-request.ts';
import type { StateKind } from './show-state.ts';

/** What came of a connection. */
export interface Outcome {
  readonly kind: StateKind;
  /** A word or two for the badge. */
  readonly text: string;
  readonly detail: string;
  /** One line each: what was asked, its status, and where its token was. */
  readonly requests: readonly ObservedRequest[];
}

/**
 * Shows what came of a connection in a cell or a strip.
 * @example showOutcome(row.insertCell(), { kind: 'good', text: 'WebSockets', detail: 'user alice', requests });
 */
export function showOutcome(place: Element, { kind, text, detail, requests }: Outcome): void {
  const badge = element('span', text);
  badge.className = `badge ${kind}`;
  const steps = element('ol', '');
  steps.className = 'steps';
  for (const { method, kind: step, status, tokenIn } of requests) {
    const where = tokenIn === 'none' ? 'no token' : `token in ${tokenIn}`;
    const line = element('li', `${method} ${step} ${status ?? 'waits'} · ${where}`);
    if (status !== undefined && status >= 400) line.className = 'refused';
    steps.append(line);
  }
  place.replaceChildren(badge, element('p', detail), steps);
}

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
