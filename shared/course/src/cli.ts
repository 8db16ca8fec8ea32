import { runCommand } from '@practical-signalr/lesson-kit/command-line';
import { portOfEnvironment } from '@practical-signalr/lesson-kit';
import type { Command } from 'commander';
import { errorTexts } from './error-texts.ts';

/** The commands of the course by name. Each one loads only the modules that it needs. */
const commands: Record<string, () => Promise<Command>> = {
  start: async () => (await import('./commands/start.ts')).startCommand(),
  dev: async () => (await import('./commands/start.ts')).devCommand(),
  lesson: async () => (await import('./commands/lesson.ts')).lessonCommand(),
  diff: async () => (await import('./commands/diff.ts')).diffCommand(),
  'new-lesson': async () => (await import('./commands/new-lesson.ts')).newLessonCommand(),
  test: async () => (await import('./commands/test.ts')).testCommand(),
  build: async () => (await import('./commands/build.ts')).buildCommand(),
  picture: async () => (await import('./commands/picture.ts')).pictureCommand(),
};

const [name = '', ...args] = process.argv.slice(2);
const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (load === undefined) {
  console.error(errorTexts.unknownCommand(name, Object.keys(commands)));
  process.exitCode = 1;
} else if (isPortValid()) {
  await runCommand(await load(), args);
} else {
  process.exitCode = 1;
}

/** Returns whether the environment variable `PORT` is unset or a port, and reports it otherwise. */
function isPortValid(): boolean {
  try {
    portOfEnvironment(0);
    return true;
  } catch (error) {
    console.error((error as Error).message);
    return false;
  }
}
