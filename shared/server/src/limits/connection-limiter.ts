import { identityOf } from '../authentication/claims.ts';
import type { AuthenticationTicket } from '../connections/authentication-ticket.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import { readUserId } from '../hubs/connection/user-identifier.ts';
import type { HubLifetimeManager } from '../scale-out/hub-lifetime-manager.ts';
import type { UserIdProvider } from '../hubs/user-id-provider.ts';
import { wireMessages } from '../wire-messages.ts';
import { addressKey } from './client-address.ts';
import type { ClientLimits } from './client-limits.ts';
import { limitErrors } from './errors.ts';
import { KeyCounts } from './key-counts.ts';

/** Why a client may not connect. */
export interface ConnectionRefusal {
  readonly status: 429 | 503;
  readonly message: string;
}

/** Throws if the connections of the path are not made to this server, and are to be counted. */
export function checkConnectionLimits(
  path: string,
  limits: ClientLimits,
  { negotiate }: Pick<HubLifetimeManager, 'negotiate'>,
): void {
  if (negotiate === undefined) return;
  for (const name of ['connections', 'connectionsPerAddress', 'connectionsPerUser'] as const)
    if (limits[name] !== undefined) throw limitErrors.connectionsNotKnown(path, name);
}

/** Counts the open connections of one hub path, and refuses those beyond the limits. */
export class ConnectionLimiter {
  readonly #limits: ClientLimits;
  readonly #userIdProvider: UserIdProvider;
  readonly #addresses = new KeyCounts();
  readonly #users = new KeyCounts();
  #total = 0;
  /** Removes a connection that is counted in the total only. */
  readonly #removeFromTotal = (): void => {
    this.#total -= 1;
  };

  /** `userIdProvider` determines whose connections count together. */
  constructor(limits: ClientLimits, userIdProvider: UserIdProvider) {
    this.#limits = limits;
    this.#userIdProvider = userIdProvider;
  }

  /** Returns why a client may not open one more connection. Undefined if it may. */
  refuse(
    request: ConnectionRequest,
    ticket: AuthenticationTicket | undefined,
  ): ConnectionRefusal | undefined {
    const { connections, connectionsPerAddress, connectionsPerUser } = this.#limits;
    if (this.#total >= (connections ?? Infinity)) {
      return { status: 503, message: wireMessages.tooManyConnections };
    }
    if (this.#addresses.count(this.#addressOf(request)) >= (connectionsPerAddress ?? Infinity)) {
      return { status: 429, message: wireMessages.tooManyConnectionsOfAddress };
    }
    if (this.#users.count(this.#userOf(request, ticket)) >= (connectionsPerUser ?? Infinity)) {
      return { status: 429, message: wireMessages.tooManyConnectionsOfUser };
    }
    return undefined;
  }

  /** Counts a connection. Returns a function to call when the connection has ended. */
  add(request: ConnectionRequest, ticket: AuthenticationTicket | undefined): () => void {
    const address = this.#addressOf(request);
    const user = this.#userOf(request, ticket);
    this.#total += 1;
    if (address === undefined && user === undefined) return this.#removeFromTotal;
    this.#addresses.add(address);
    this.#users.add(user);
    return () => {
      this.#total -= 1;
      this.#addresses.remove(address);
      this.#users.remove(user);
    };
  }

  /**
   * Returns the key of the client's address. Undefined if addresses are not limited or the address
   * is not known.
   */
  #addressOf(request: ConnectionRequest): string | undefined {
    const { connectionsPerAddress, clientAddress } = this.#limits;
    if (connectionsPerAddress === undefined) return undefined;
    const address = clientAddress === undefined ? request.remoteAddress : clientAddress(request);
    return address === undefined ? undefined : addressKey(address);
  }

  /**
   * Returns a key for the user: the id, or the claims if the user has no id. Undefined if users are
   * not limited, or if the request has no user.
   */
  #userOf(
    request: ConnectionRequest,
    ticket: AuthenticationTicket | undefined,
  ): string | undefined {
    if (this.#limits.connectionsPerUser === undefined) return undefined;
    const id = this.#userIdOf(request, ticket);
    return id === undefined ? identityOf(ticket?.user) : `user ${id}`;
  }

  #userIdOf(
    request: ConnectionRequest,
    ticket: AuthenticationTicket | undefined,
  ): string | undefined {
    try {
      return readUserId(this.#userIdProvider, { user: ticket?.user, request });
    } catch {
      return undefined; // the handshake fails for the same reason, which is logged there
    }
  }
}
