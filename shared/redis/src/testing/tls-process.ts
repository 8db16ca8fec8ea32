import { LifetimeSuiteClient } from '@practical-signalr/server/lifetime-suite';
import { redis } from '../redis.ts';
import { LoggedHub } from './logged-hub.ts';

// A server in its own process, because Node reads NODE_EXTRA_CA_CERTS at startup. Usage: node
// tls-process.ts URL
const [, , url = ''] = process.argv;
// In mode `fail`, a send resolves when Redis has accepted the message, so closing afterwards loses
// nothing.
const log = new LoggedHub();
const manager = redis({ url, whileDisconnected: 'fail' })(log.hub);
const client = new LifetimeSuiteClient('bob');
await manager.onConnected(client);
process.send?.(log.lines);
const { arguments: args } = await client.next();
process.send?.(args);
await manager.sendUser('ann', 'm', ['back']);
await manager.close?.();
process.disconnect();
