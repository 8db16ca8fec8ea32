import { findRedis } from '@practical-signalr/redis/local';
import { startJobServer } from './job-server.ts';
import { runJob } from './run-job.ts';

// Two servers: the worker reaches the client of either.
const redis = await findRedis();
const servers = await Promise.all([startJobServer(redis.url), startJobServer(redis.url)]);
await Promise.all(
  servers.map(async ({ url }, index) => {
    const name = `Client ${index + 1}`;
    const result = await runJob(url, 5, (percent) => console.log(`${name}: ${percent} %`));
    console.log(`${name}: ${result}`);
  }),
);
await Promise.all(servers.map((server) => server.close()));
await redis.close();
