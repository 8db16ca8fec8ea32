import type { Hub } from './hub.ts';
import type { HubCallerContext } from './hub-caller-context.ts';

/**
 * The connection that is opening or closing. Source: `HubLifetimeContext` of ASP.NET Core.
 */
export interface HubLifetimeContext {
  /** The context of the connection. */
  readonly context: HubCallerContext;
  /** The hub instance that handles the call or the hook. */
  readonly hub: Hub<never>;
}

/**
 * A call of a hub method. Its arguments are validated and the caller is authorized.
 * Source: `HubInvocationContext` of ASP.NET Core.
 */
export interface HubInvocationContext extends HubLifetimeContext {
  /** The name of the method in the hub class. The client may have spelled it differently. */
  readonly hubMethodName: string;
  /** The validated arguments. Uploads are AsyncIterables. */
  readonly arguments: readonly unknown[];
}

/**
 * Runs code around the methods and hooks of hubs. The filters of the server run around the filters
 * of a hub. Within each array, the first filter is the outermost. An error that a filter throws is
 * handled like an error of the method. Source: `IHubFilter` of ASP.NET Core.
 * @example
 * const timing: HubFilter = {
 *   async invokeMethod(invocation, next) {
 *     const start = performance.now();
 *     try {
 *       return await next();
 *     } finally {
 *       console.log(invocation.hubMethodName, performance.now() - start);
 *     }
 *   },
 * };
 * new SignalRServer({ filters: [timing] });
 */
export interface HubFilter {
  /**
   * Called for each call. `next()` runs the inner filters and the method, and resolves with the
   * result. For a streaming method, the result is the stream. To change the arguments, pass a
   * changed invocation to `next`. The return value of this function is the result of the call.
   */
  invokeMethod?(
    invocation: HubInvocationContext,
    next: (changed?: HubInvocationContext) => Promise<unknown>,
  ): unknown;
  /** Called when a connection opens. `next()` runs the inner filters and the hub's hook. */
  onConnected?(lifetime: HubLifetimeContext, next: () => Promise<void>): void | Promise<void>;
  /**
   * Called when a connection closes. `next()` runs the inner filters and the hub's hook. `error` is
   * undefined if the client left or its socket broke.
   */
  onDisconnected?(
    lifetime: HubLifetimeContext,
    error: Error | undefined,
    next: (error?: Error) => Promise<void>,
  ): void | Promise<void>;
}
