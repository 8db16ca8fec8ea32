import type { Profiler } from 'node:inspector';
import { expect, test } from 'vitest';
import { cpuShares, partOf } from './cpu-parts.ts';

const frame = (functionName: string, url: string) => ({
  functionName,
  url,
  scriptId: '1',
  lineNumber: 0,
  columnNumber: 0,
});

test.each([
  ['writev', '', 'system calls'],
  ['runMicrotasks', '', 'V8 and libuv'],
  ['(program)', '', 'V8 and libuv'],
  ['(garbage collector)', '', 'garbage'],
  ['onStreamRead', 'node:internal/stream_base_commons', 'Node'],
  ['send', 'file:///repo/node_modules/ws/lib/sender.js', 'ws'],
  ['decode', 'file:///repo/node_modules/@msgpack/msgpack/dist/Decoder.mjs', 'MessagePack library'],
  ['next', 'file:///repo/node_modules/express/node_modules/router/index.js', 'other libraries'],
  ['dispatch', 'file:///repo/shared/server/dist/hubs/dispatch/hub-dispatcher.js', 'ours'],
  ['parse', 'file:///repo/shared/protocol/dist/json.js', 'ours'],
  ['echo', 'file:///repo/shared/bench/dist/peers/servers/floor-server.js', 'application'],
  ['(idle)', '', undefined],
])('%s in "%s" is %s', (functionName, url, part) => {
  expect(partOf(frame(functionName, url))).toBe(part);
});

test('the shares are those of the time that the process did not wait', () => {
  const node = (id: number, functionName: string, url: string): Profiler.ProfileNode => ({
    id,
    callFrame: frame(functionName, url),
  });
  const profile: Profiler.Profile = {
    startTime: 0,
    endTime: 1000,
    nodes: [
      node(1, '(idle)', ''),
      node(2, 'writev', ''),
      node(3, 'a', 'file:///shared/server/a.js'),
    ],
    samples: [1, 2, 3, 2],
    timeDeltas: [600, 100, 100, 200],
  };
  expect(cpuShares([profile])).toMatchObject({ 'system calls': 0.75, ours: 0.25, Node: 0 });
  expect(cpuShares([])).toMatchObject({ 'system calls': 0 });
});
