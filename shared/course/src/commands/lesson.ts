import {
  addLessonOptions,
  lessonArguments,
  type LessonOptions,
  runLesson,
} from '@practical-signalr/lesson-kit';
import { createCommand } from '@practical-signalr/lesson-kit/command-line';
import type { Command } from 'commander';
import { errorTexts } from '../error-texts.ts';
import { lessonFolder, portOf, sections } from '../lessons/sections.ts';

/** `npm run lesson 3`: runs one lesson until Ctrl-C. */
export function lessonCommand(): Command {
  const command = createCommand(
    'npm run lesson',
    '<number> [-- options]',
    'Runs one lesson until Ctrl-C. The environment variable PORT selects another port.',
  ).argument('<number>', 'number of the lesson');
  return addLessonOptions(command).action(async (number: string, options: LessonOptions) => {
    process.exitCode = await startLesson(number, lessonArguments(options));
  });
}

/** Runs the lesson with this number. `args` are passed on to it. Returns the exit code. */
async function startLesson(text: string, args: readonly string[]): Promise<number> {
  const number = Number(text);
  const folder = lessonFolder(number);
  if (folder === undefined) {
    console.error(errorTexts.noSuchLesson(text, sections.length));
    return 1;
  }
  return runLesson(folder, args, {
    ...process.env,
    PORT: process.env['PORT'] ?? String(portOf(number)),
  });
}
