import { expect, test } from 'vitest';
import { styleSheet } from './style-sheet.ts';

test('the stylesheet has the rules of every part and no import', () => {
  const css = styleSheet();
  for (const selector of [':root', '.card', '.badge', '.wire', '.outcomes', '.visually-hidden']) {
    expect(css).toContain(`${selector} {`);
  }
  expect(css).not.toContain('@import');
});
