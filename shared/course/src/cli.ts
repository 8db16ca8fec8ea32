import { portOfEnvironment } from '@practical-signalr/lesson-kit';
import { errorTexts } from './error-texts.ts';

type Command = (...args: string[]) => Promise<number>;

/** The commands behind `npm start`, `npm run lesson`, `npm run diff`, `npm run new-lesson`, `npm test` and `npm run build`; each loads what it needs alone. */
const commands: Record<string, () => Promise<Command>> = {
  start: async () => (await import('./commands/start.ts')).courseStart,
  lesson: async () => (await import('./commands/lesson.ts')).courseLesson,
  diff: async () => (await import('./commands/diff.ts')).courseDiff,
  'new-lesson': async () => (await import('./commands/new-lesson.ts')).newLesson,
  test: async () => (await import('./commands/test.ts')).courseTest,
  build: async () => (await import('./commands/build.ts')).courseBuild,
};

const [name = '', ...args] = process.argv.slice(2);
const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (load === undefined) {
  console.error(errorTexts.unknownCommand(name));
  process.exitCode = 1;
} else if (portIsClear()) {
  const command = await load();
  process.exitCode = await command(...args);
} else {
  process.exitCode = 1;
}

/** Whether `PORT`, where it is set, is a port; says so where it is not, before anything starts. */
function portIsClear(): boolean {
  try {
    portOfEnvironment(0);
    return true;
  } catch (error) {
    console.error((error as Error).message);
    return false;
  }
}
