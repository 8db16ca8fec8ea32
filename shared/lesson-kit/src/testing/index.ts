export { auditPage, axeFindings } from './audit-page.ts';
export { buildPage, pageScriptSize } from './build-page.ts';
export { hasChromium, launchChromium } from './chromium.ts';
export { findChromium } from './find-chromium.ts';
export { freePort } from './free-port.ts';
export { slowness } from './slowness.ts';
export { startLesson, type RunningLesson, type StartLessonOptions } from './start-lesson.ts';
export { tabOrder } from './tab-order.ts';
export { watchProblems } from './watch-problems.ts';
