export { serveLesson, type Lesson } from './serve-lesson.ts';
