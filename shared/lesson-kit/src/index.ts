export { lessonFolders, type LessonFolder } from '../vite/lesson-folders.js';
export { endProcess } from './run/end-process.ts';
export { exitWithMessage } from './run/exit-with-message.ts';
export { findCommand } from './run/find-command.ts';
export { freePort, portIfFree } from './run/free-port.ts';
export { addLessonOptions, lessonArguments, type LessonOptions } from './run/lesson-options.ts';
export { type Closable, OpenedResources, withResources } from './run/opened-resources.ts';
export { portBeside } from './run/lesson-number.ts';
export { portOfEnvironment } from './run/port-of-environment.ts';
export { entryOf, nodeArguments, RESTART, runLesson } from './run/run-lesson.ts';
export { breakConnections } from './serve/break-connections.ts';
export type { Lesson, ServedLesson } from './serve/lesson.ts';
export { observeUpgrades } from './serve/observe-upgrades.ts';
export { formPage } from './serve/form-page.ts';
export { requestJournal } from './serve/request-journal.ts';
export { serveLesson } from './serve/serve-lesson.ts';
export { styleSheet } from './serve/style-sheet.ts';
export {
  blockUpgrades,
  blockUpgradesOnOption,
  offeredTransports,
} from './serve/transport-options.ts';
export { courseLessons, type CourseLesson, watchLessons } from './serve/watch-lessons.ts';
export { median } from './statistics/median.ts';
export type { ObservedRequest, RequestKind, TokenPlace } from './wire/observe/observed-request.ts';
