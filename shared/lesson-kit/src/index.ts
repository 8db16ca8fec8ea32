export { serveLesson, type Lesson } from './serve-lesson.ts';
export { nodeArguments, RESTART, runLesson } from './run-lesson.ts';
