import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { errorTexts } from './error-texts.ts';
import { nodeArguments } from './lesson-process.ts';
import { lessonFolder, portOf } from './sections.ts';

/** `npm run lesson 3`: one lesson until Ctrl-C. */
export async function courseLesson(text = ''): Promise<number> {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 8) {
    console.error(errorTexts.noSuchLesson(text));
    return 1;
  }
  const folder = lessonFolder(number);
  if (folder === undefined) {
    console.error(errorTexts.lessonInPreparation(number));
    return 1;
  }
  const child = spawn(process.execPath, [...nodeArguments, 'server/main.ts'], {
    cwd: folder,
    env: { ...process.env, PORT: process.env['PORT'] ?? String(portOf(number)) },
    stdio: 'inherit',
  });
  // A terminal sends Ctrl-C to both; a signal to this process alone is passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 0;
}
