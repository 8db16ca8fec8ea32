import { diffLines } from 'diff';

/**
 * Shows two texts as one, line by line: what stands in both, what only the second has, what only the first.
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
