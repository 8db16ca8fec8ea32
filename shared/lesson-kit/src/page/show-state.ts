/** `good` works, `warn` looks fine but is not (yet), `bad` failed. Each has its own symbol. */
export type StateKind = 'good' | 'warn' | 'bad';

/**
 * Shows a state in a badge: a word, a colour and a symbol.
 * @param badge selector of the `<span class="badge" role="status">`; default `#state`, the
 * connection's in the bar.
 * @example connection.onclose(() => showState('bad', 'Disconnected. Reload the page.'));
 */
export function showState(kind: StateKind, text: string, badge = '#state'): void {
  const element = document.querySelector<HTMLElement>(badge)!;
  element.className = `badge ${kind}`;
  if (element.textContent !== text) element.textContent = text;
}
