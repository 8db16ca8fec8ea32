import { changedLines, type FileDiff } from './lesson-diff.ts';

/**
 * Returns how much changes, in words.
 * @example describeSize(files); // '93 changed lines in 11 files (+86 -7)'
 */
export function describeSize(files: readonly FileDiff[]): string {
  const added = files.reduce((sum, file) => sum + file.added, 0);
  const removed = changedLines(files) - added;
  return `${sizeOf(files)} (+${added} -${removed})`;
}

/** Returns how many lines and files change, for example `93 changed lines in 11 files`. */
export function sizeOf(files: readonly FileDiff[]): string {
  const lines = changedLines(files);
  const linesText = `${lines} changed ${lines === 1 ? 'line' : 'lines'}`;
  return `${linesText} in ${files.length} ${files.length === 1 ? 'file' : 'files'}`;
}
