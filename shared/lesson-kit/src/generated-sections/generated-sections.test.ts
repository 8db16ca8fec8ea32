import { expect, test } from 'vitest';
import { handwrittenParts, readSection, replaceSections } from './generated-sections.ts';

const page = `# Title

<!-- generated: one -->

old

<!-- end of generated -->

By hand.

<!-- generated: two-b -->
<!-- end of generated -->
`;

test('the content of each section is replaced, and the rest of the page stays', () => {
  const updated = replaceSections(page, { one: 'new', 'two-b': '| $& |', elsewhere: 'unused' });
  expect(updated).toBe(`# Title

<!-- generated: one -->

new

<!-- end of generated -->

By hand.

<!-- generated: two-b -->

| $& |

<!-- end of generated -->
`);
  expect(replaceSections(updated, { one: 'new', 'two-b': '| $& |' })).toBe(updated);
});

test('a section can be read', () => {
  expect(readSection(page, 'one')).toBe('old');
  expect(readSection(page, 'two-b')).toBe('');
});

test('a section without content, and one that the page does not have, are reported', () => {
  expect(() => replaceSections(page, { one: 'new' })).toThrow("section 'two-b'");
  expect(() => readSection(page, 'three')).toThrow("section 'three'");
});

test('the parts that are written by hand do not contain the sections', () => {
  expect(handwrittenParts(page)).toBe('# Title\n\n\n\nBy hand.\n\n\n');
});
