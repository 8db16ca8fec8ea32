import type { IncomingMessage } from 'node:http';
import { transportRegistry, type TransportName } from './registry.ts';
import type {
  HttpTransportDefinition,
  TransportDefinition,
  UpgradeTransportDefinition,
} from './transport-definition.ts';

/** All transports, in the order in which negotiation offers them. */
export const transportDefinitions: readonly TransportDefinition[] = transportRegistry;

/** The names of all transports, in the order in which negotiation offers them. */
export const transportNames: readonly TransportName[] = transportRegistry.map(({ name }) => name);

/** The transports that are opened by an upgrade request. */
export const upgradeTransports: readonly UpgradeTransportDefinition[] = transportDefinitions.filter(
  (definition) => definition.needsUpgrade,
);

const httpTransports: readonly HttpTransportDefinition[] = transportDefinitions.filter(
  (definition) => !definition.needsUpgrade,
);

/** Returns the transport with this name. */
export function findTransport(name: string | undefined): TransportDefinition | undefined {
  return transportDefinitions.find((definition) => definition.name === name);
}

/** Returns the transport that a GET without an upgrade asks for. */
export function findHttpTransport(request: IncomingMessage): HttpTransportDefinition | undefined {
  return httpTransports.find((definition) => definition.accepts(request));
}

/** Returns whether a request asks for a protocol that a transport uses, such as WebSockets. */
export const asksForTransport = (request: IncomingMessage): boolean =>
  upgradeTransports.some((definition) => definition.accepts(request));

/**
 * Returns the transport that an upgrade request asks for. The first one answers requests that ask
 * for none.
 */
export function findUpgradeTransport(
  request: IncomingMessage,
): UpgradeTransportDefinition | undefined {
  return (
    upgradeTransports.find((definition) => definition.accepts(request)) ?? upgradeTransports[0]
  );
}
