import type { Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { returnConnections } from './return-connections.ts';

const CLUSTER = 'NODE_CLUSTER';

/** A worker with what Node sent to it and what it refused. */
function createWorker() {
  const sent: unknown[] = [];
  const refused: number[] = [];
  const process = Object.assign(new EventEmitter(), {
    send: (message: unknown) => sent.push(message) > 0,
  });
  let isConnected = false;
  const worker = Object.assign(new EventEmitter(), { process, isConnected: () => isConnected });
  returnConnections(worker as unknown as Worker);
  process.on('internalMessage', ({ cmd, ack, accepted }) => {
    if (cmd === CLUSTER && accepted === false) refused.push(ack as number);
  });
  return {
    worker,
    sent,
    refused,
    setConnected: (value: boolean) => (isConnected = value),
    give: (message: unknown) => process.send(message),
    reply: (message: object) => process.emit('internalMessage', message),
  };
}

test('connections that a crashed worker has not answered are refused once', () => {
  const { worker, give, reply, refused, sent } = createWorker();
  for (const seq of [1, 2, 3]) expect(give({ cmd: CLUSTER, act: 'newconn', seq })).toBe(true);
  reply({ cmd: CLUSTER, ack: 2 });
  worker.emit('exit');
  worker.emit('exit');
  expect(refused).toEqual([1, 3]);
  expect(sent).toHaveLength(3);
});

test('other messages and replies change nothing', () => {
  const { worker, give, reply, refused, sent } = createWorker();
  give({ cmd: CLUSTER, act: 'newconn', seq: 1 });
  give({ cmd: CLUSTER, act: 'newconn' });
  give({ cmd: CLUSTER, act: 'close', seq: 2 });
  give({ cmd: 'mine', act: 'newconn', seq: 3 });
  give(null);
  reply({ cmd: CLUSTER });
  reply({ cmd: 'mine', ack: 1 });
  worker.emit('exit');
  expect(refused).toEqual([1]);
  expect(sent).toHaveLength(5);
});

test('the replies of a worker whose channel is still open are read first', () => {
  const { worker, give, reply, refused, setConnected } = createWorker();
  give({ cmd: CLUSTER, act: 'newconn', seq: 1 });
  give({ cmd: CLUSTER, act: 'newconn', seq: 2 });
  setConnected(true);
  worker.emit('exit');
  expect(refused).toEqual([]);
  reply({ cmd: CLUSTER, ack: 1 });
  worker.emit('disconnect');
  expect(refused).toEqual([2]);
});
