/** Replaces ids in texts, all of them in one pass. */
export class IdReplacer {
  readonly #replacements = new Map<string, string>();
  #pattern: RegExp | undefined;

  /** Replaces `id` from now on. */
  set(id: string, replacement: string): void {
    this.#replacements.set(id, replacement);
    this.#pattern = undefined;
  }

  /** Returns whether a text contains an id. */
  isIn(text: string): boolean {
    return this.replace(text) !== text;
  }

  replace(text: string): string {
    if (this.#replacements.size === 0) return text;
    this.#pattern ??= new RegExp([...this.#replacements.keys()].map(escape).join('|'), 'g');
    return text.replace(this.#pattern, (id) => this.#replacements.get(id) ?? id);
  }
}

const escape = (id: string): string => id.replace(/[^\w]/g, '\\$&');
