/** Which lines of a file an excerpt shows. Paths are relative to the lesson's folder. */
export interface ExcerptSource {
  readonly file: string;
  /**
   * The file that it is compared with: the excerpt shows the difference. A name without a folder is
   * in the folder of `file`.
   */
  readonly before?: string;
  /** Text that is in the first line of the excerpt and nowhere else in the file. */
  readonly from?: string;
  /** Text of the last line; default: the end of the statement that begins in the first line. */
  readonly to?: string;
}

/**
 * Returns the HTML of a code excerpt. With `before`, it shows the changed lines and one line around
 * them; with `from`, the lines of one statement or up to `to`; otherwise the whole file.
 * @throws Error if a file does not exist, or `from` is not in exactly one line.
 * @example codeExcerpt(folder, { file: 'server/auth-fixed.ts', before: 'server/auth-broken.ts' });
 */
export function codeExcerpt(folder: string, source: Partial<ExcerptSource>): string;

/** Returns the path of `name`, which is in the folder of `file` if it has no folder. */
export function siblingOf(file: string, name: string): string;
