export { breakConnections } from './break-connections.ts';
export { findCommand } from './find-command.ts';
export type { ObservedRequest, RequestKind, TokenPlace } from './observed-request.ts';
export { portOfEnvironment } from './port-of-environment.ts';
export { requestJournal } from './request-journal.ts';
export { entryOf, nodeArguments, RESTART, runLesson } from './run-lesson.ts';
export { blockUpgrades, offeredTransports } from './transport-switches.ts';
export { courseLessons, type CourseLesson, watchLessons } from './watch-lessons.ts';
export { serveLesson, type Lesson } from './serve-lesson.ts';
