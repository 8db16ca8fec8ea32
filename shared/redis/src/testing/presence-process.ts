import { LifetimeSuiteClient } from '@practical-signalr/server/lifetime-suite';
import { presence } from '../presence/presence.ts';
import { redis } from '../redis.ts';
import { LoggedHub } from './logged-hub.ts';

// A server in its own process, so that a test can kill it. Usage: node presence-process.ts URL
// LEASE_TIME
const [, , url = '', leaseTime] = process.argv;
const manager = redis({ url, presence: presence({ url, leaseTime: Number(leaseTime) }) })(
  new LoggedHub().hub,
);
await manager.onConnected(new LifetimeSuiteClient('victim', 'victim-1'));
await manager.addToGroup('victim-1', 'room');
process.send?.('ready');
