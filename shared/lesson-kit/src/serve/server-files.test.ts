import { expect, test } from 'vitest';
import { isServerFile } from './server-files.ts';

const cases: [file: string, isServer: boolean][] = [
  ['lessons/03-basics/server/hub.ts', true],
  ['lessons/03-basics/server/new-file.ts', true],
  ['lessons/03-basics/lab/server/map-lab.ts', true],
  ['lessons/03-basics/contract.ts', true],
  ['lessons/03-basics/client/main.ts', false],
  ['lessons/03-basics/lab/main.ts', false],
  ['lessons/03-basics-copy/server/hub.ts', false],
  ['lessons/04-server-hubs/server/hub.ts', false],
  ['shared/server/src/hubs/hub.ts', true],
  ['shared/server/src/hubs/hub.test.ts', false],
  ['shared/protocol/src/new-file.ts', true],
  ['shared/lesson-kit/src/serve/serve-lesson.ts', true],
  ['shared/lesson-kit/src/page/show-state.ts', false],
  ['shared/lesson-kit/src/testing/chromium.ts', false],
  ['shared/server/dist/index.js', false],
  ['shared/course/src/cli.ts', false],
];

test.each([
  ['/', '/home/me/course/', '/'],
  ['\\', 'C:\\course\\', '\\'],
  ['/ on Windows', 'c:/course/', '/'],
])('server files are recognized with paths that use %s', (_name, root, separator) => {
  const lesson = 'C:\\course\\lessons\\03-basics';
  const isWindows = root.toLowerCase().startsWith('c:');
  const folder = isWindows ? lesson : '/home/me/course/lessons/03-basics';
  const shared = isWindows ? 'C:\\course\\shared' : '/home/me/course/shared';
  for (const [file, isServer] of cases) {
    const path = root + file.replaceAll('/', separator);
    expect(isServerFile(folder, path, shared), path).toBe(isServer);
  }
});
