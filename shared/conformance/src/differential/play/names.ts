/** The ids and tokens of a case, which differ on every run. In the answers, names replace them. */
export class Names {
  readonly values: Record<string, string>;
  readonly #namesByValue = new Map<string, string>();

  constructor(host: string, tokens: Readonly<Record<string, string>>) {
    const entries = Object.entries(tokens).map(([name, token]) => [`token.${name}`, token]);
    this.values = Object.fromEntries(entries) as Record<string, string>;
    this.#namesByValue.set(host, '<host>');
  }

  learn(name: string, value: string | undefined): void {
    if (value === undefined || value === '') return;
    this.values[name] = value;
    this.#namesByValue.set(value, `<${name}>`);
  }

  /** Learns the ids of a negotiation. */
  learnIds(name: string, body: string): void {
    try {
      const ids = JSON.parse(body) as { connectionId?: string; connectionToken?: string };
      this.learn(`${name}.id`, ids.connectionId);
      this.learn(`${name}.token`, ids.connectionToken ?? ids.connectionId);
    } catch {
      // The response has no ids.
    }
  }

  /** Replaces the values in a line, also those in hexadecimal bytes. */
  replace(line: string): string {
    let replaced = line;
    for (const [value, name] of this.#namesByValue)
      replaced = replaced
        .replaceAll(value, name)
        .replaceAll(Buffer.from(value).toString('hex'), name);
    return replaced.replace(/("connection(?:Id|Token)":)"[\w-]{20,}"/g, '$1"<new>"');
  }
}
