import type { ObservedRequest } from '../../wire/observe/observed-request.ts';
import type { StateKind } from '../show-state.ts';

/** The outcome of a connection. */
export interface Outcome {
  readonly kind: StateKind;
  /** A word or two for the badge. */
  readonly text: string;
  readonly detail: string;
  /** One line per request: its method and path, its status, and the location of its token. */
  readonly requests: readonly ObservedRequest[];
}

/**
 * Shows the outcome of a connection in a strip or, shorter, in a cell of a matrix.
 * @example
 * const outcome = { kind: 'good', text: 'WebSockets', detail: 'user alice', requests };
 * showOutcome(row.insertCell(), outcome);
 */
export function showOutcome(place: Element, { kind, text, detail, requests }: Outcome): void {
  const steps = requests.map(({ method, kind: step, status = 'waits', tokenIn, servedBy }) => {
    const where =
      tokenIn === 'none' ? ['no token'] : [element('span', 'more', 'token in '), tokenIn];
    const by = servedBy === undefined ? '' : ` · ${servedBy}`;
    const line = element(
      'li',
      '',
      element('span', 'more', `${method} `),
      `${step} ${status} · `,
      ...where,
      by,
    );
    if (Number(status) >= 400) line.className = 'refused';
    return line;
  });
  place.replaceChildren(
    element('span', `badge ${kind}`, text),
    Object.assign(element('p', '', detail), { title: detail }),
    element('ol', 'steps', ...steps),
  );
}

function element(name: string, className: string, ...content: (string | Node)[]): HTMLElement {
  const created = document.createElement(name);
  created.className = className;
  created.append(...content);
  return created;
}
