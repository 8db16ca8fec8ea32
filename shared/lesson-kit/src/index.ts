export { breakConnections } from './break-connections.ts';
export type { ObservedRequest, RequestKind, TokenPlace } from './observed-request.ts';
export { requestJournal } from './request-journal.ts';
export { nodeArguments, RESTART, runLesson } from './run-lesson.ts';
export { serveLesson, type Lesson } from './serve-lesson.ts';
