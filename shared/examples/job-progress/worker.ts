import { setTimeout } from 'node:timers/promises';
import { redisHubContext } from '@practical-signalr/redis';
import { groupOf, type JobClient } from './contract.ts';

// This process has no hub, no HTTP server and no connection to a browser, only one to Redis.
const [url = '', jobId = '', steps = '1'] = process.argv.slice(2);
const jobs = redisHubContext<JobClient>({ url, channelPrefix: 'jobs.', hub: 'JobHub' });
const watchers = jobs.clients.group(groupOf(jobId));

for (let step = 1; step <= Number(steps); step += 1) {
  await setTimeout(100); // the work
  await watchers.send('showProgress', jobId, Math.round((step / Number(steps)) * 100));
}
await watchers.send('showResult', jobId, `The report has ${steps} pages.`);
await jobs.close();
