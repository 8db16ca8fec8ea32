import { parseArgs } from 'node:util';
import { compareRecordings } from './compare-recordings.ts';
import { errorTexts } from './error-texts.ts';
import { startTwin } from './twin/start-twin.ts';

// npm run conformance: plays the recordings against the twin, or against the server at --url.
const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    area: { type: 'string' },
    only: { type: 'string' },
    lanes: { type: 'string', default: '3' },
    timeout: { type: 'string', default: '3000' },
  },
});
const twin = values.url === undefined ? await startTwin(0) : undefined;
const results = await compareRecordings((values.url ?? twin?.url) as string, {
  area: values.area,
  only: values.only,
  lanes: Number(values.lanes),
  timeoutOf: () => Number(values.timeout),
});
await twin?.close();

const show = (value: unknown): string => (value === undefined ? '(absent)' : JSON.stringify(value));
for (const { name, shows, differences } of results) {
  if (differences.length === 0) continue;
  console.log(`FAIL ${name}: ${shows}`);
  for (const { at, want, got } of differences) {
    console.log(`  ${at}\n    expected ${show(want)}\n    got      ${show(got)}`);
  }
}
if (results.length === 0) console.log(errorTexts.noScenarios);
const failed = results.filter(({ differences }) => differences.length > 0).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 || results.length === 0 ? 1 : 0;
