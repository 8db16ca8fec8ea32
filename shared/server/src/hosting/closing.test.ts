import { expect, test } from 'vitest';
import { QueryParameters } from '../connections/connection-request.ts';
import { Gate } from '../connections/gate.ts';
import { Hub } from '../index.ts';
import { LocalLifetimeManager } from '../scale-out/local-lifetime-manager.ts';
import type { AcceptedClient, ScaleOutHub } from '../scale-out/scale-out-hub.ts';
import { testServer } from '../testing/index.ts';
import { RawClient } from '../testing/raw-client.ts';

const hookStarted = new Gate();
const hookEnds = new Gate();

/** A hub whose disconnected hook ends when a test says so. */
class SlowHub extends Hub {
  override async onDisconnected(): Promise<void> {
    hookStarted.open();
    await hookEnds.wait();
  }
}

/** A client of a service. It accepts everything. */
const clientAt = (path: string): AcceptedClient => ({
  connectionId: 'late',
  transport: {
    name: 'WebSockets',
    isMultiplexed: true,
    send: () => undefined,
    sendUncounted: () => undefined,
    sendShared: () => undefined,
    whenRoom: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
    close: () => undefined,
    abort: () => undefined,
  },
  request: {
    path,
    query: new QueryParameters(''),
    params: {},
    headers: {},
    remoteAddress: undefined,
  },
  userIdentifier: null,
});

test('a server that closes accepts no client of a service, also if it is closed twice', async () => {
  let hub: ScaleOutHub | undefined;
  const scaleOut = (scaleOutHub: ScaleOutHub): LocalLifetimeManager => {
    hub = scaleOutHub;
    return new LocalLifetimeManager();
  };
  const server = await testServer({ '/hub': { hub: SlowHub, methods: [] } }, { scaleOut });
  const { signalr } = server;
  const client = await RawClient.connect(`${server.url}/hub`);
  const started = hookStarted.wait();
  const closed = Promise.all([signalr.close(), signalr.close()]);
  await started;
  expect(hub?.accept(clientAt('/hub'))).toBeUndefined();
  hookEnds.open();
  await closed;
  expect(hub?.accept(clientAt('/hub'))).toBeUndefined();
  client.close();
  await server.close();
});
