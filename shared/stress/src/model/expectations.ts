interface ExpectedMessage {
  readonly text: string;
  /** Messages with the same key must arrive in the order in which they were sent. */
  readonly orderKey: string;
  isOptional: boolean;
}

/** What one connection must receive, and what it may receive. */
export class Expectations {
  readonly #messages = new Map<string, ExpectedMessage & { readonly index: number }>();

  /** Adds a message. One that is already expected stays as it is. */
  add(text: string, orderKey: string, isOptional: boolean): void {
    if (this.#messages.has(text)) return;
    this.#messages.set(text, { text, orderKey, isOptional, index: this.#messages.size });
  }

  /** Allows the loss of a message. */
  makeOptional(text: string): void {
    const message = this.#messages.get(text);
    if (message !== undefined) message.isOptional = true;
  }

  /** Returns the messages that must arrive and have not. */
  missing(received: readonly string[]): string[] {
    const arrived = new Set(received);
    return [...this.#messages.values()]
      .filter(({ text, isOptional }) => !isOptional && !arrived.has(text))
      .map(({ text }) => text);
  }

  /** Returns what is wrong with the received messages, apart from missing ones. */
  findFault(received: readonly string[]): string | undefined {
    const seen = new Set<string>();
    const last = new Map<string, { readonly index: number; readonly text: string }>();
    for (const text of received) {
      const message = this.#messages.get(text);
      if (message === undefined) return `received '${text}', which was not sent to it`;
      if (seen.has(text)) return `received '${text}' twice`;
      seen.add(text);
      const previous = last.get(message.orderKey);
      if (previous !== undefined && previous.index > message.index)
        return `received '${text}' after '${previous.text}', which was sent later`;
      last.set(message.orderKey, message);
    }
    return undefined;
  }
}
