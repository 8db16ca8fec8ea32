export { launchChromium, hasChromium } from './chromium.ts';
export { startLesson, type RunningLesson } from './start-lesson.ts';
export { freePort } from './free-port.ts';
