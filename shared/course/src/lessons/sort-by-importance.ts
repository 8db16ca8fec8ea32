import type { ChangeReason } from './change-reasons.ts';
import type { FileDiff } from './lesson-diff.ts';

/**
 * Returns the files in the order in which the reasons name them, so that the idea of a lesson is
 * first. Files without a reason follow in alphabetical order, and `package.json` is last.
 */
export function sortByImportance(
  files: readonly FileDiff[],
  reasons: readonly ChangeReason[],
): FileDiff[] {
  const named = reasons.flatMap((reason) => reason.files);
  const rankOf = ({ file, renamedFrom }: FileDiff): number => {
    if (file === 'package.json') return named.length + 1;
    const index = named.findIndex((name) => name === file || name === renamedFrom);
    return index === -1 ? named.length : index;
  };
  return files.toSorted((a, b) => rankOf(a) - rankOf(b) || (a.file < b.file ? -1 : 1));
}
