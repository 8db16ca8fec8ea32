import { errors } from '../errors.ts';
import type { UntypedClient } from './client-contract.ts';
import type { GroupManager, HubCallerClients } from './hub-clients.ts';
import type { EndedCall } from './ended-call.ts';
import type { HubCall } from './hub-call.ts';
import type { HubCallerContext } from './hub-caller-context.ts';

let readCall: (hub: Hub<never>) => HubCall | EndedCall | undefined;
let writeCall: (hub: Hub<never>, call: HubCall | EndedCall) => void;

/**
 * The base class of hubs. Clients can call the methods that the option `methods` of `mapHub` lists,
 * and no others.
 *
 * Each call gets a new instance, so fields do not keep values between calls. Use `context.items` to
 * keep values for a connection.
 *
 * Type parameter: `TClient` describes the methods that the server can call on clients. Default: any
 * method with any arguments. Source: `Hub<T>` of ASP.NET Core.
 * @example
 * class MessageHub extends Hub<MessageClient> {
 *   async sendMessageToAll(message: string) {
 *     await this.clients.all.send('ReceiveMessage', message);
 *   }
 * }
 */
export abstract class Hub<TClient = UntypedClient> {
  /** A private field costs a tenth of a WeakMap, which matters because each call has a new hub. */
  #call: HubCall | EndedCall | undefined;

  static {
    readCall = (hub) => (#call in hub ? hub.#call : undefined);
    writeCall = (hub, call) => {
      hub.#call = call;
    };
  }

  /**
   * The connection that made the call. If the hub uses it after the call has ended, for example in
   * a timer, an error is logged. Keep the values that you need in variables instead.
   */
  get context(): HubCallerContext {
    return getCall(this).context;
  }

  /** Selects the clients to which the hub sends messages. Sends reject after the call has ended. */
  get clients(): HubCallerClients<TClient> {
    return getCall(this).clients as HubCallerClients<TClient>;
  }

  /** Adds connections to groups and removes them. Rejects after the call has ended. */
  get groups(): GroupManager {
    return getCall(this).groups;
  }

  /**
   * Called when a client has connected, before its first call. If it throws, the error is logged
   * and the connection is closed. Source: `OnConnectedAsync`.
   */
  onConnected(): void | Promise<void> {}

  /**
   * Called when the client has refreshed the token of its connection. `context.user` has the new
   * claims, so you can update groups that depend on them. If it throws, the error is logged.
   * Requires the option `enableAuthenticationRefresh`.
   * Source: `OnAuthenticationRefreshedAsync`, planned for ASP.NET Core 11.
   */
  onAuthenticationRefreshed(): void | Promise<void> {}

  /**
   * Called when another server has handed the connection over to this one, before its next call.
   * `onConnected` does not run again. The connection id, the user and the groups are the same.
   * `context.items` is empty, so restore what you keep there. If it throws, the error is logged and
   * the connection is closed; the client may reconnect. Not part of ASP.NET Core.
   * @example
   * class ChatHub extends Hub {
   *   onConnected() {
   *     this.context.items.set('since', Date.now());
   *   }
   *   onConnectionMoved() {
   *     this.context.items.set('since', Date.now());
   *   }
   * }
   */
  onConnectionMoved(): void | Promise<void> {}

  /**
   * Called when a connection has closed. `error` says why the server closed it, for example after a
   * timeout. It is undefined if the client left or its socket broke. If the hook throws, the error
   * is logged. Source: `OnDisconnectedAsync`.
   */
  onDisconnected(_error?: Error): void | Promise<void> {}
}

/** The hooks around which no filters run. */
export type UnfilteredHook = 'onAuthenticationRefreshed' | 'onConnectionMoved';

/** The type parameter `TClient` of a hub class. */
export type ClientOf<THub> = THub extends Hub<infer TClient> ? TClient : never;

/**
 * Assigns a call to a new hub instance. Throws if the instance has had a call already: a hub
 * factory must create a new instance for each call.
 */
export function beginCall(hub: Hub<never>, call: HubCall): void {
  if (readCall(hub) !== undefined) throw errors.hubReused(hub.constructor.name);
  writeCall(hub, call);
}

/**
 * Ends the call of a hub instance. After this, `clients` and `groups` reject, and the use of
 * `context` is logged.
 */
export function endCall(hub: Hub<never>, ended: EndedCall): void {
  writeCall(hub, ended);
}

function getCall(hub: object): HubCall | EndedCall {
  const call = readCall(hub as Hub<never>);
  if (call === undefined) throw errors.hubWithoutCall(hub.constructor.name);
  return call;
}
