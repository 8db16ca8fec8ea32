import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { errorTexts } from '../error-texts.ts';
import { startHome } from './home-server.ts';

test.each(['/%zz', '/%', '/nothing'])(
  'a wrong address answers 404 with one sentence, without a stack trace: %s',
  async (path) => {
    const lessons = mkdtempSync(join(tmpdir(), 'lessons-'));
    const home = await startHome(0, { lessons });
    onTestFinished(async () => {
      await home.close();
      rmSync(lessons, { recursive: true });
    });
    const response = await fetch(`http://localhost:${home.port}${path}`);
    expect([response.status, await response.text()]).toEqual([404, errorTexts.noSuchPage]);
  },
);
