import type { HubLifetimeManager } from '../../scale-out/hub-lifetime-manager.ts';
import { CollectingLogger } from '../collecting-logger.ts';
import { ClientResultTypes } from '../../hubs/client-results.ts';
import type { GroupManager } from '../../hubs/hub-clients.ts';
import type { HubMethodOptions } from '../../hubs/hub-method-options.ts';
import type { HubOptions } from '../../hubs/hub-options.ts';
import type { Hub } from '../../hubs/hub.ts';
import { HubDispatcher } from '../../hubs/dispatch/hub-dispatcher.ts';
import { findHubMethods } from '../../hubs/dispatch/hub-methods.ts';

/** A dispatcher of a hub class without a server, and what it has done. */
export interface TestDispatcher {
  readonly dispatcher: HubDispatcher;
  readonly logger: CollectingLogger;
  /** The instances of the hub. */
  readonly hubs: readonly Hub<never>[];
  /** The names of the hubs whose failed calls the observer has counted. */
  readonly failedCalls: readonly string[];
}

/**
 * Creates a dispatcher. Its server has an observer if `options` do not contain an `activity`.
 * `lifetime` is needed only if connections join.
 */
export function testDispatcher(
  hubClass: new () => Hub,
  methods: Readonly<Record<string, HubMethodOptions>>,
  options: Partial<HubOptions> = {},
  lifetime: Partial<HubLifetimeManager> = {},
): TestDispatcher {
  const logger = new CollectingLogger();
  const hubs: Hub<never>[] = [];
  const failedCalls: string[] = [];
  const observer = { onFailedCall: (hubName: string) => failedCalls.push(hubName) };
  const dispatcher = new HubDispatcher(
    hubClass.name,
    () => {
      const hub = new hubClass() as unknown as Hub<never>;
      hubs.push(hub);
      return hub;
    },
    findHubMethods(hubClass.name, hubClass.prototype as object, methods),
    {
      logger,
      filters: [],
      enableDetailedErrors: false,
      activity: { observer },
      ...options,
    } as unknown as HubOptions,
    lifetime as HubLifetimeManager,
    {} as GroupManager,
    new ClientResultTypes(undefined),
    () => undefined,
  );
  return { dispatcher, logger, hubs, failedCalls };
}

/** Returns whether the call of a hub has ended: then a use of its context is logged. */
export function hasEnded(logger: CollectingLogger, hub: Pick<Hub<never>, 'context'>): boolean {
  const before = logger.lines.length;
  void hub.context;
  return logger.lines.length > before;
}
