/**
 * The kind of a state: `good` works, `warn` does not work yet or only seems to work, `bad` has
 * failed. Each kind has its own symbol.
 */
export type StateKind = 'good' | 'warn' | 'bad';

/**
 * Shows a state in a badge as text, with the color and the symbol of its kind.
 * @param badge selector of the `<span class="badge" role="status">`; default `#state`, the
 * connection's in the bar.
 * @example connection.onclose(() => showState('bad', 'Disconnected. Reload the page.'));
 */
export function showState(kind: StateKind, text: string, badge = '#state'): void {
  const element = document.querySelector<HTMLElement>(badge)!;
  element.className = `badge ${kind}`;
  if (element.textContent !== text) element.textContent = text;
}
