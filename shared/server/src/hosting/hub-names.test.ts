import { expect, test } from 'vitest';
import { Hub, SignalRServer, type SignalRServerOptions } from '../index.ts';
import { LocalLifetimeManager } from '../scale-out/local-lifetime-manager.ts';
import type { ScaleOutHub } from '../scale-out/scale-out-hub.ts';
import { CollectingLogger } from '../testing/collecting-logger.ts';

class ChatHub extends Hub {}
class Ji extends Hub {}
const createNamesake = () => {
  class ChatHub extends Hub {}
  return ChatHub;
};

function start(health?: readonly ('Healthy' | 'Degraded')[]) {
  const logger = new CollectingLogger();
  const hubs: ScaleOutHub[] = [];
  const scaleOut: SignalRServerOptions['scaleOut'] = (hub) => {
    const status = health?.[hubs.length] ?? 'Healthy';
    hubs.push(hub);
    return Object.assign(new LocalLifetimeManager(), { health: () => ({ status, data: {} }) });
  };
  const signalr = new SignalRServer({ logger, scaleOut });
  return { signalr, hubs, warnings: () => logger.linesOf('warn') };
}

test('scale-out receives the option name of mapHub, and otherwise the class name', async () => {
  const { signalr, hubs, warnings } = start();
  signalr.mapHub('/a', Ji, { methods: [], name: 'ChatHub' });
  signalr.mapHub('/again', Ji, { methods: [] });
  signalr.mapHub('/b', createNamesake(), { methods: [], name: 'OtherHub' });
  const names = hubs.map(({ hubName, hasExplicitName }) => ({ hubName, hasExplicitName }));
  expect(names).toEqual([
    { hubName: 'ChatHub', hasExplicitName: true },
    { hubName: 'OtherHub', hasExplicitName: true },
  ]);
  expect(Object.keys(signalr.health().entries)).toEqual(['ChatHub', 'OtherHub']);
  expect(warnings()).toEqual([]);
  await signalr.close();
});

test('a class name that a minifier may have chosen is reported at startup', async () => {
  const { signalr, warnings } = start();
  signalr.mapHub('/a', Ji, { methods: [] });
  expect(warnings()).toEqual([expect.stringMatching(/short name 'Ji'.*\{ name \}/)]);
  await signalr.close();
});

test.each([
  ['Healthy', 'Degraded'],
  ['Degraded', 'Healthy'],
] as const)('two hubs that share a name are reported, with health %s and %s', async (...health) => {
  const { signalr, warnings } = start(health);
  signalr.mapHub('/a', ChatHub, { methods: [] });
  signalr.mapHub('/again', ChatHub, { methods: [] });
  expect(warnings()).toEqual([]);
  signalr.mapHub('/b', createNamesake(), { methods: [] });
  expect(warnings()).toEqual([expect.stringMatching(/Two hub classes have the name 'ChatHub'/)]);
  expect(signalr.health()).toEqual({
    status: 'Degraded',
    entries: { ChatHub: { status: 'Degraded', data: { connections: 0 } } },
  });
  await signalr.close();
});

test('without scale-out, names are not reported', async () => {
  const logger = new CollectingLogger();
  const signalr = new SignalRServer({ logger });
  signalr.mapHub('/a', Ji, { methods: [] });
  expect(logger.linesOf('warn')).toEqual([]);
  await signalr.close();
});

test('a name that cannot be used is refused', () => {
  const { signalr } = start();
  const code = 'ERR_SIGNALR_HUB_NAME_INVALID';
  for (const name of ['', 7 as unknown as string])
    expect(() => signalr.mapHub('/a', ChatHub, { methods: [], name })).toThrow(
      expect.objectContaining({ code }),
    );
  signalr.mapHub('/b', ChatHub, { methods: [] });
  expect(() => signalr.mapHub('/c', ChatHub, { methods: [], name: 'Late' })).toThrow(
    expect.objectContaining({ code }),
  );
  const options = { name: 'ChatHub' } as SignalRServerOptions;
  expect(() => new SignalRServer(options)).toThrow(/name/);
});
