import { startInProcessBroker } from '@practical-signalr/redis/local';
import { expect, test } from 'vitest';
import { startJobServer } from '../job-server.ts';
import { runJob } from '../run-job.ts';

test('a worker process reports the progress of a job to the client that started it', async () => {
  const broker = await startInProcessBroker();
  const servers = [await startJobServer(broker.url), await startJobServer(broker.url)];
  const progress: number[][] = [[], []];
  const results = await Promise.all(
    servers.map(({ url }, index) =>
      runJob(url, index + 2, (percent) => {
        progress[index]?.push(percent);
      }),
    ),
  );
  expect(results).toEqual(['The report has 2 pages.', 'The report has 3 pages.']);
  expect(progress).toEqual([
    [50, 100],
    [33, 67, 100],
  ]);
  await Promise.all(servers.map((server) => server.close()));
  await broker.close();
});
