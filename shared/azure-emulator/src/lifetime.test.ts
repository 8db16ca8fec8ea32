import { azureSignalR } from '@practical-signalr/azure';
import {
  type HubLifetimeManager,
  type HubLifetimeManagerFactory,
  QueryParameters,
  type ScaleOutHub,
  SharedMessage,
} from '@practical-signalr/server/scale-out';
import { lifetimeCases, type LifetimeSuiteClient } from '@practical-signalr/server/lifetime-suite';
import { describe, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { startEmulator } from './index.ts';

const HANDSHAKE = '{"protocol":"json","version":1}\u001e';
const PING = '{"type":6}\u001e';

/** A client of the suite that has connected through the service. */
interface Arrived {
  readonly connectionId: string;
  readonly webSocket: WebSocket;
  /** Resolves when the server has received its disconnect. */
  readonly left: Promise<void>;
}

/**
 * A server of the suite, whose clients connect through the service, each over its own WebSocket.
 * Both the suite and the service give ids to clients. `ids` maps the ids of the suite to those of
 * the service, for all servers of a case.
 */
class ServerBehindService {
  readonly #manager: HubLifetimeManager;
  readonly #ids: Map<string, string>;
  readonly #clients = new Map<string, Arrived>();
  /** The handlers of the server for data of a client and for its disconnect. */
  readonly #heard = new Map<string, { onReceive(): void; onClose(): void }>();

  constructor(factory: HubLifetimeManagerFactory, hub: ScaleOutHub, ids: Map<string, string>) {
    this.#ids = ids;
    this.#manager = factory({
      ...hub,
      accept: ({ connectionId, transport }) => {
        let handshakeDone = false;
        return {
          onReceive: () => {
            if (handshakeDone) return this.#heard.get(connectionId)?.onReceive();
            handshakeDone = true;
            transport.send('{}\u001e');
          },
          onClose: () => this.#heard.get(connectionId)?.onClose(),
        };
      },
    });
  }

  /**
   * The manager with the ids of the suite instead of those of the service. A send resolves when the
   * service has received it.
   */
  readonly manager: HubLifetimeManager = {
    onConnected: async (client) => {
      const arrived = await this.#arrive(client as LifetimeSuiteClient);
      this.#clients.set(client.connectionId, arrived);
      this.#ids.set(client.connectionId, arrived.connectionId);
    },
    // The service reports that the client has closed.
    onClosing: ({ connectionId }) => this.#clients.get(connectionId)?.webSocket.close(),
    onDisconnected: async (client) => {
      const arrived = this.#clients.get(client.connectionId) as Arrived;
      arrived.webSocket.close();
      await arrived.left;
      await this.#manager.onDisconnected({
        ...client,
        connectionId: arrived.connectionId,
        write: () => undefined,
      });
    },
    sendAll: (method, args) => this.#sent(this.#manager.sendAll(method, args)),
    sendAllExcept: (method, args, excluded) =>
      this.#sent(this.#manager.sendAllExcept(method, args, excluded.map(this.#id))),
    sendConnection: (id, method, args) =>
      this.#sent(this.#manager.sendConnection(this.#id(id), method, args)),
    sendConnections: (ids, method, args) =>
      this.#sent(this.#manager.sendConnections(ids.map(this.#id), method, args)),
    sendGroup: (group, method, args) => this.#sent(this.#manager.sendGroup(group, method, args)),
    sendGroups: (groups, method, args) =>
      this.#sent(this.#manager.sendGroups(groups, method, args)),
    sendGroupExcept: (group, method, args, excluded) =>
      this.#sent(this.#manager.sendGroupExcept(group, method, args, excluded.map(this.#id))),
    sendUser: (user, method, args) => this.#sent(this.#manager.sendUser(user, method, args)),
    sendUsers: (users, method, args) => this.#sent(this.#manager.sendUsers(users, method, args)),
    addToGroup: (id, group) => this.#manager.addToGroup(this.#id(id), group),
    removeFromGroup: (id, group) => this.#manager.removeFromGroup(this.#id(id), group),
    invokeConnection: (id, method, args, signal) =>
      this.#manager.invokeConnection(this.#id(id), method, args, signal),
    setConnectionResult: (id, completion) =>
      this.#manager.setConnectionResult(this.#id(id), completion),
    close: async () => {
      for (const { webSocket } of this.#clients.values()) webSocket.terminate();
      await this.#manager.close?.();
    },
  };

  readonly #id = (own: string): string => this.#ids.get(own) ?? own;

  /** One server connection keeps order: what it acknowledges comes after what was sent. */
  async #sent(send: Promise<void>): Promise<void> {
    await send;
    await this.#manager.removeFromGroup('nobody', 'nothing');
  }

  /** Negotiates with the manager and the service, opens a WebSocket and shakes hands. */
  async #arrive(client: LifetimeSuiteClient): Promise<Arrived> {
    const request = {
      path: '/suite',
      query: new QueryParameters(''),
      headers: {},
      params: {},
      remoteAddress: undefined,
    };
    const { userIdentifier } = client;
    const negotiated = {
      userIdentifier,
      transports: ['WebSockets'],
      handshakeTimeout: 15_000,
      enableDetailedErrors: false,
      closeOnAuthenticationExpiration: false,
    } as const;
    // The server connection may be on its way still.
    const redirect = await vi.waitFor(
      async () => this.#manager.negotiate?.(request, undefined, negotiated),
      10_000,
    );
    if (redirect === undefined) throw new Error('not sent elsewhere');
    const headers = { authorization: `Bearer ${redirect.accessToken}` };
    const at = redirect.url.replace('/client/', '/client/negotiate');
    const answer = (await (await fetch(at, { method: 'POST', headers })).json()) as {
      connectionId: string;
      connectionToken: string;
    };
    const { connectionId, connectionToken } = answer;
    const webSocket = new WebSocket(`${redirect.url.replace('http', 'ws')}&id=${connectionToken}`, {
      headers,
    });
    await new Promise((resolve) => webSocket.once('open', resolve));
    // A client receives a message after its server has received everything that the service sent
    // earlier, as if it responded over the service.
    const waiting: Buffer[] = [];
    const left = new Promise<void>((onClose) => {
      const onReceive = (): void => {
        client.write(SharedMessage.fromEncoded(new Map([['json', waiting.shift() as Buffer]])));
      };
      this.#heard.set(connectionId, { onReceive, onClose });
    });
    webSocket.send(HANDSHAKE);
    await new Promise((resolve) => webSocket.once('message', resolve));
    webSocket.on('message', (data: Buffer) => {
      waiting.push(data);
      webSocket.send(PING);
    });
    return { connectionId, webSocket, left };
  }
}

describe('over Azure SignalR Service', () => {
  test.each(lifetimeCases)('$name', async ({ run }) => {
    const emulator = await startEmulator({ port: 0 });
    const { connectionString } = emulator;
    const ids = new Map<string, string>();
    // Sticky: the suite says on which server a client is.
    const scaleOut = (): HubLifetimeManagerFactory =>
      azureSignalR({
        connectionString,
        initialHubServerConnectionCount: 1,
        serverStickyMode: 'Required',
        environment: {},
      });
    await run((hub) => new ServerBehindService(scaleOut(), hub, ids).manager);
    await emulator.close();
  });
});
