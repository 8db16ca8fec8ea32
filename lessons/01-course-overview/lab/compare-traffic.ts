import { countFrames, fetchText, useConnection } from '@practical-signalr/lesson-kit/client';
import { JsonHubProtocol } from '@microsoft/signalr';

/** The duration of the measurement, in ms. */
const DURATION = 3000;
/** The time between two requests, in ms. */
const INTERVAL = 100;

/** The response to a poll. */
interface Status {
  readonly viewers: number;
  readonly requests: number;
}

const delay = (time: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, time);
  });

/** Polls while a connection is open, and returns how much data arrived over each of the two. */
export function compareTraffic(): Promise<string> {
  let frames = 0;
  const protocol = countFrames(new JsonHubProtocol(), () => {
    frames += 1;
  });
  return useConnection(
    '/course',
    async ({ connection }) => {
      await new Promise((resolve) => connection.on('Viewers', resolve));
      frames = 0;
      let requests = 0;
      let bytes = 0;
      const end = performance.now() + DURATION;
      while (performance.now() < end) {
        bytes += (await fetchText('/api/status')).length;
        requests += 1;
        await delay(INTERVAL);
      }
      return `${requests} requests with ${bytes} bytes. Over the connection: ${frames} frames.`;
    },
    { configure: (builder) => builder.withHubProtocol(protocol) },
  );
}

/** Opens ten connections, and returns how many viewers the server counts. */
export async function openTenConnections(): Promise<string> {
  const readStatus = async (): Promise<Status> =>
    JSON.parse(await fetchText('/api/status')) as Status;
  const open = (left: number): Promise<Status> =>
    left === 0 ? readStatus() : useConnection('/course', () => open(left - 1));
  const { viewers, requests } = await open(10);
  return `The server counts ${viewers} viewers, and has answered ${requests} requests of all pages.`;
}
