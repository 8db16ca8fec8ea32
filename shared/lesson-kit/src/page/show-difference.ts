import { diffLines } from 'diff';

/**
 * Shows the difference of two texts, line by line: unchanged, added and removed lines.
 * @param place selector of the `<pre class="diff">`.
 * @example showDifference(broken, fixed, '#difference');
 */
export function showDifference(before: string, after: string, place: string): void {
  const shown = diffLines(before, after).flatMap(({ value, added, removed }) =>
    value
      .trimEnd()
      .split('\n')
      .map((text) => {
        const line = document.createElement('span');
        const otherKind = removed ? 'del' : 'same';
        line.className = added ? 'add' : otherKind;
        line.textContent = text;
        return line;
      }),
  );
  document.querySelector(place)!.replaceChildren(...shown);
}
