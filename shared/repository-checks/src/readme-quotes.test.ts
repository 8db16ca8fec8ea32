import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lessonFolders } from '@practical-signalr/lesson-kit';
import { expect, test } from 'vitest';

/** A code block of a README, with the file that the text before it names. */
interface Quote {
  readonly file: string;
  readonly lines: readonly string[];
}

/**
 * Finds the code blocks whose last sentence before them names one of the lesson's files, for
 * example `server/main.ts`.
 */
function quotesOf(readme: string): Quote[] {
  const blocks = [
    ...readme.matchAll(/((?:^(?!\s*```).*\n)+)\s*```(?:ts|cs|html|json)\n([^]*?)```/gm),
  ];
  return blocks.flatMap(([, before = '', code = '']) => {
    const paragraph =
      before
        .trimEnd()
        .split(/\n\s*\n/)
        .at(-1) ?? '';
    const file = [...paragraph.matchAll(/`((?:server|client|lab)\/[\w./-]+|contract\.ts)`/g)].at(
      -1,
    )?.[1];
    const lines = code
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
    return file === undefined ? [] : [{ file, lines }];
  });
}

test('finds quoted lines and their file', () => {
  const readme =
    'Text.\n\nThe line is in `server/main.ts`:\n\n```ts\nconst a = 1;\n```\n\n```sh\nnpm start\n```\n';
  expect(quotesOf(readme)).toEqual([{ file: 'server/main.ts', lines: ['const a = 1;'] }]);
});

test.each(lessonFolders())(
  'the README of lesson $number quotes only lines of its files',
  ({ folder }) => {
    for (const { file, lines } of quotesOf(readFileSync(join(folder, 'README.md'), 'utf8'))) {
      const text = readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .map((line) => line.trim());
      expect(
        lines.filter((line) => !text.includes(line)),
        file,
      ).toEqual([]);
    }
  },
);

test.each(lessonFolders())(
  'the README of lesson $number names only files that exist',
  ({ folder }) => {
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    // "What changed" names removed files too.
    const [text = ''] = readme.split('## What changed');
    const named = [...text.matchAll(/`((?:server|client|lab|deploy)\/[\w./-]+\.\w+)`/g)].map(
      ([, file]) => file!,
    );
    expect(named.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
  },
);

const [, , , , , , seven, eight] = lessonFolders();
test('the hub, its contract and the client code of lesson 8 are those of lesson 7, and the hub is that of lesson 6', () => {
  const read = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8');
  for (const file of [
    'server/hub.ts',
    'contract.ts',
    'client/main.ts',
    'server/announcement.ts',
    'server/auth.ts',
    'server/token.ts',
  ]) {
    expect(read(eight!.folder, file), file).toBe(read(seven!.folder, file));
  }
  const six = lessonFolders()[5]!;
  for (const file of ['server/hub.ts', 'contract.ts', 'server/announcement.ts']) {
    expect(read(eight!.folder, file), file).toBe(read(six.folder, file));
  }
  expect(read(seven!.folder, 'server/auth.ts')).toBe(read(six.folder, 'server/auth-fixed.ts'));
  /** The chat is everything between the connection and the walkthrough. */
  const chat = (folder: string): string | undefined =>
    /\nconnection\.on\('ReceiveMessage'[^]*?onSend\('#form', send\);\n/.exec(
      read(folder, 'client/main.ts'),
    )?.[0];
  expect(chat(six.folder)).toMatch(/./);
  expect(chat(eight!.folder)).toBe(chat(six.folder));
});
