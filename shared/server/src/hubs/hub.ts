import { errorTexts } from '../error-texts.ts';
import type { UntypedClient } from './client-contract.ts';
import type { GroupManager, HubCallerClients } from './hub-clients.ts';
import type { HubCall } from './hub-call.ts';
import type { HubCallerContext } from './hub-caller-context.ts';

const used = Symbol('used');
/** The call of each living hub. Outside the object, so that a hub stored after its call keeps nothing alive. */
const calls = new WeakMap<Hub<never>, HubCall | typeof used>();

/**
 * Base class of hubs: its public methods are what clients can call. A new instance is made for each call, so fields keep nothing;
 * `context.items` lasts as long as the connection. Names that start with `_` or `#`, accessors and the hooks `on…` below
 * cannot be called by clients. Source: `Hub<T>` of ASP.NET Core.
 * @example
 * class MessageHub extends Hub<MessageClient> {
 *   async sendMessageToAll(message: string) {
 *     await this.clients.all.send('ReceiveMessage', message);
 *   }
 * }
 */
export abstract class Hub<TClient = UntypedClient> {
  /** The connection that made the call. Throws once the call is over. */
  get context(): HubCallerContext {
    return callOf(this).context;
  }

  /** Who can be sent to. Throws once the call is over. */
  get clients(): HubCallerClients<TClient> {
    return callOf(this).clients as HubCallerClients<TClient>;
  }

  /** Puts connections into groups. Throws once the call is over. */
  get groups(): GroupManager {
    return callOf(this).groups;
  }

  /** Runs when a client has connected, before its first call. An error closes the connection. */
  onConnected(): void | Promise<void> {}

  /**
   * Runs when the client has brought a new token for its connection, with the new claims in `context.user`: groups that hang on them
   * can be joined and left here. An error is logged. Source: `OnAuthenticationRefreshedAsync`, planned for ASP.NET Core 11.
   */
  onAuthenticationRefreshed(): void | Promise<void> {}

  /** Runs when a connection has ended; `error` is undefined for a normal end. */
  onDisconnected(_error?: Error): void | Promise<void> {}
}

/** The client contract of a hub. */
export type ClientOf<THub> = THub extends Hub<infer TClient> ? TClient : never;

/** Gives a new hub its call. Throws for one that has had a call: a factory has to make a new one each time. */
export function beginCall(hub: Hub<never>, call: HubCall): void {
  if (calls.has(hub)) throw new Error(errorTexts.hubUsedAgain(hub.constructor.name));
  calls.set(hub, call);
}

/** Ends the call: from now on the hub says that it was used too late. */
export function endCall(hub: Hub<never>): void {
  calls.set(hub, used);
}

function callOf(hub: object): HubCall {
  const call = calls.get(hub as Hub<never>);
  if (call === used) throw new Error(errorTexts.hubUsedAfterCall(hub.constructor.name));
  if (call === undefined) throw new Error(errorTexts.hubCreatedByUser(hub.constructor.name));
  return call;
}
