import { portOfEnvironment } from '@practical-signalr/lesson-kit';
import { courseBuild } from './course-build.ts';
import { courseDiff } from './course-diff.ts';
import { courseLesson } from './course-lesson.ts';
import { courseStart } from './course-start.ts';
import { courseTest } from './course-test.ts';
import { errorTexts } from './error-texts.ts';

/** The commands behind `npm start`, `npm run lesson`, `npm run diff`, `npm test` and `npm run build`. */
const commands: Record<string, (...args: string[]) => Promise<number>> = {
  start: courseStart,
  lesson: courseLesson,
  diff: courseDiff,
  test: courseTest,
  build: courseBuild,
};

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (command === undefined) {
  console.error(errorTexts.unknownCommand(name));
  process.exitCode = 1;
} else if (portIsClear()) {
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
