import { runLesson } from './run-lesson.ts';

// npm run dev in a lesson's folder.
process.exitCode = await runLesson(process.cwd(), process.argv.slice(2));
