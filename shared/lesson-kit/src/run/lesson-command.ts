import { createCommand, runCommand } from '../command-line/index.ts';
import { addLessonOptions, lessonArguments, type LessonOptions } from './lesson-options.ts';
import { runLesson } from './run-lesson.ts';

// The script `dev` of a lesson's package.json runs this file.
const command = createCommand('npm run dev', '[-- options]', 'Runs this lesson until Ctrl-C.');
addLessonOptions(command).action(async (options: LessonOptions) => {
  process.exitCode = await runLesson(process.cwd(), lessonArguments(options));
});
await runCommand(command, process.argv.slice(2));
