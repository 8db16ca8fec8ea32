export {
  compareRecordings,
  recorded,
  type CompareOptions,
  type Difference,
  type ScenarioResult,
} from './compare-recordings.ts';
export { startTwin, type Twin } from './twin/start-twin.ts';
