export {
  compareRecordings,
  readRecordings,
  type CompareOptions,
  type Difference,
  type ScenarioResult,
} from './compare-recordings.ts';
export { twinOptions } from './twin-options.ts';
export { startTwin, type Twin } from './twin/start-twin.ts';
export { ChatHub, chatMethods } from './interop/chat-hub.ts';
export { verifyBackplane } from './interop/verify-backplane.ts';
