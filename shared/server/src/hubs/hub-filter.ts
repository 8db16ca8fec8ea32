import type { Hub } from './hub.ts';
import type { HubCallerContext } from './hub-caller-context.ts';

/** A connection that comes or goes. Source: `HubLifetimeContext` of ASP.NET Core. */
export interface HubLifetimeContext {
  readonly context: HubCallerContext;
  /** The hub whose hook runs. */
  readonly hub: Hub<never>;
}

/** A call before it runs: its arguments fit already. Source: `HubInvocationContext` of ASP.NET Core. */
export interface HubInvocationContext extends HubLifetimeContext {
  /** The name in the hub's class, whatever the client wrote. */
  readonly hubMethodName: string;
  readonly arguments: readonly unknown[];
}

/**
 * Runs around the calls and hooks of hubs. The server's filters run outside those of a hub, each list in its order.
 * What a filter throws counts as thrown by the method. Source: `IHubFilter` of ASP.NET Core.
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
   * Around each call. `next()` runs what is inside and gives its result: for a streaming method the stream itself.
   * Arguments are changed by giving `next` a changed invocation.
   */
  invokeMethod?(
    invocation: HubInvocationContext,
    next: (changed?: HubInvocationContext) => Promise<unknown>,
  ): unknown;
  onConnected?(lifetime: HubLifetimeContext, next: () => Promise<void>): void | Promise<void>;
  /** `error` is undefined for a normal end. */
  onDisconnected?(
    lifetime: HubLifetimeContext,
    error: Error | undefined,
    next: (error?: Error) => Promise<void>,
  ): void | Promise<void>;
}
