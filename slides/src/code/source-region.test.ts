import { describe, expect, test } from 'vitest';
import { sourceRegion } from './source-region.ts';

const source = `import { Hub } from 'hub';

const one = build();
const two = build({
  deep: [
    1,
  ],
});

export class Chat extends Hub {
  async say(text: string): Promise<void> {
    await this.all.send(text);
  }

  get names(): string[] {
    return [];
  }
}
`;
function region(name: string): string {
  const { start, end, indent } = sourceRegion(source, 'chat.ts', name);
  const lines = source.split('\n').slice(start, end + 1);
  return lines.map((line) => line.slice(indent)).join('\n');
}

describe('a region is', () => {
  test('one line', () => expect(region('const one')).toBe('const one = build();'));
  test('a statement to its closing bracket', () =>
    expect(region('const two')).toBe('const two = build({\n  deep: [\n    1,\n  ],\n});'));
  test('a method, moved to the left', () =>
    expect(region('async say')).toBe(
      'async say(text: string): Promise<void> {\n  await this.all.send(text);\n}',
    ));
  test('a class with all its members and the empty lines between them', () =>
    expect(region('class Chat')).toBe(source.slice(source.indexOf('export class')).trimEnd()));
  test('several statements', () =>
    expect(region('const one … const two')).toMatch(/^const one[^]*\n\}\);$/));
});

describe('the build names a region', () => {
  test('a missing text is an error', () =>
    expect(() => region('async shout')).toThrow(
      "No line of 'chat.ts' contains the region 'async shout'.",
    ));
  test('a text that is not unique is an error', () =>
    expect(() => region('build(')).toThrow("The region 'build(' is in 2 lines of 'chat.ts'."));
  test('a text without an end is an error', () =>
    expect(() => region('const two … const one')).toThrow(
      "The region 'const two … const one' of 'chat.ts' has no end",
    ));
});
