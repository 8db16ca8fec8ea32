import type { HubFilter } from '@practical-signalr/server';

/** Returns the name of this instance: `instance 1`, if this is the only one. */
export const instanceName = (): string => process.env['INSTANCE'] ?? 'instance 1';

/** The members of `clients` that the filter uses. */
interface Sender {
  send(method: string, ...args: unknown[]): Promise<void>;
}

/**
 * Adds the name of this instance as the last argument to every message that a hub method sends, and
 * sends a new client the name of the instance that it is connected to (`ServedBy`). The pages of
 * lessons 7 and 8 show both; hub and contract do not know about it.
 */
const nameInstance: HubFilter = {
  invokeMethod({ hub }, next) {
    Object.defineProperty(hub, 'clients', { value: addArgument(hub.clients, instanceName()) });
    return next();
  },
  async onConnected({ hub }, next) {
    await next();
    await (hub.clients as unknown as { caller: Sender }).caller.send('ServedBy', instanceName());
  },
};

/** Returns the same clients, whose `send` has one more argument. */
function addArgument<TClients extends object>(clients: TClients, argument: string): TClients {
  return new Proxy(clients, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      if (property === 'send') {
        return (method: string, ...args: unknown[]) =>
          (target as unknown as Sender).send(method, ...args, argument);
      }
      if (typeof value === 'function') {
        return (...args: unknown[]): unknown =>
          wrapped(Reflect.apply(value, target, args) as unknown, argument);
      }
      return wrapped(value, argument);
    },
  });
}

/**
 * Returns a client proxy, which is an object with a function `send`, with one more argument.
 * Returns other values unchanged.
 */
function wrapped(value: unknown, argument: string): unknown {
  return typeof value === 'object' && value !== null && 'send' in value
    ? addArgument(value, argument)
    : value;
}

/**
 * The filters of a server whose page shows the instances.
 * @example new SignalRServer({ scaleOut: redis({ url }), filters: instanceFilters });
 */
export const instanceFilters: readonly HubFilter[] = [nameInstance];
