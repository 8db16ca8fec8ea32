import { observeRequests } from '../../wire/observe/observe-requests.ts';
import type { ObservedRequest } from '../../wire/observe/observed-request.ts';
import { showState, type StateKind } from '../show-state.ts';
import { markAttempt } from './describe-attempt.ts';

/**
 * A column of the page that shows one connection: its state, its requests, and named values.
 * Requests of the same kind share a line with their number, so a column stays short.
 * @example
 * const column = new ConnectionColumn('#connections', 'Long Polling');
 * column.observe(connection);
 * column.show('Round trip', '2.1 ms');
 */
export class ConnectionColumn {
  readonly #element = document.createElement('article');
  readonly #id = `connection-${crypto.randomUUID()}`;
  readonly #values = new Map<string, HTMLElement>();
  #stopObserving: () => void = () => undefined;

  /** @param place selector of the element with the class `columns`. */
  constructor(place: string, heading: string) {
    this.#element.innerHTML = `<h2></h2><span class="badge idle" id="${this.#id}" role="status">Not connected</span>
      <ol class="requests"></ol><dl></dl>`;
    this.#element.querySelector('h2')!.textContent = heading;
    document.querySelector(place)!.append(this.#element);
  }

  /**
   * Shows the requests of a connection from now on, instead of those of the connection before. Call
   * it before `start()`.
   */
  observe(connection: { baseUrl: string }): void {
    this.#stopObserving();
    const attempt = markAttempt(connection);
    const requests = new Set<ObservedRequest>();
    this.#stopObserving = observeRequests((request) => {
      if (request.attempt !== attempt) return;
      requests.add(request);
      this.#showRequests([...requests]);
    });
    this.#showRequests([]);
  }

  /** Shows a value under its name, instead of the value before. */
  show(name: string, value: string): void {
    let element = this.#values.get(name);
    if (element === undefined) {
      element = document.createElement('dd');
      this.#values.set(name, element);
      const term = document.createElement('dt');
      term.textContent = name;
      this.#element.querySelector('dl')!.append(term, element);
    }
    element.textContent = value;
  }

  /** Shows the state of the connection. */
  showState(kind: StateKind, text: string): void {
    showState(kind, text, `#${this.#id}`);
  }

  #showRequests(requests: readonly ObservedRequest[]): void {
    const counts = new Map<string, number>();
    for (const { method, kind, status, failed } of requests) {
      const text = `${failed === true ? 'failed' : (status ?? 'waits')} ${method} ${kind}`;
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    const rows = [...counts].map(([text, count]) => {
      const row = document.createElement('li');
      const [status = '', ...request] = text.split(' ');
      const isRefused = status === 'failed' || Number(status) >= 400;
      if (status !== 'waits') row.className = isRefused ? 'refused' : 'ok';
      const times = count === 1 ? '' : ` × ${count}`;
      for (const part of [status, request.join(' ') + times]) {
        row.append(Object.assign(document.createElement('span'), { textContent: part }));
      }
      return row;
    });
    this.#element.querySelector('ol')!.replaceChildren(...rows);
  }
}
