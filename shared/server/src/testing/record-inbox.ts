/** Splits the data of a server into records, and returns them one by one. */
export class RecordInbox {
  readonly #records: string[] = [];
  #waiting: (() => void)[] = [];
  #text = '';
  #code: number | undefined;

  /**
   * Resolves with the next record that is not a ping, or with undefined if the connection has
   * closed.
   */
  async next(): Promise<string | undefined> {
    for (;;) {
      const record = this.#records.shift();
      if (record === undefined && this.#code !== undefined) return undefined;
      if (record !== undefined && record !== '{"type":6}') return record;
      if (record === undefined) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /**
   * Resolves when the connection has closed, with all further records and a code: the close code of
   * the WebSocket, the status of the last poll, or 0.
   */
  async end(): Promise<{ records: string[]; code: number }> {
    const records: string[] = [];
    for (let record = await this.next(); record !== undefined; record = await this.next())
      records.push(record);
    return { records, code: this.#code ?? 0 };
  }

  protected get hasEnded(): boolean {
    return this.#code !== undefined;
  }

  protected arrived(text: string): void {
    const records = (this.#text + text).split('\u001e');
    this.#text = records.pop() as string;
    this.#records.push(...records);
    this.#wake();
  }

  protected ended(code: number): void {
    this.#code ??= code;
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
