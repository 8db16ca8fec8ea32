import { startFeedServer } from './history-servers.ts';

// A server in its own process, so that a test can kill it. Usage: node feed-process.ts URL
const [, , url = ''] = process.argv;
const { port } = await startFeedServer({ url });
process.send?.(port);
