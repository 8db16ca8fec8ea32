import { identityOf } from '../../authentication/claims.ts';
import { forbidden, type Refusal } from '../../authentication/request-authentication.ts';
import type { AuthenticationTicket } from '../../connections/authentication-ticket.ts';
import { ConnectionContext } from '../../connections/connection-context.ts';
import type { ConnectionRequest } from '../../connections/connection-request.ts';
import type { ConnectionTokens } from '../../connections/tokens/connection-tokens.ts';
import type { RecordSeal } from '../../connections/tokens/record-seal.ts';
import {
  type HandOverSettings,
  recordPurpose,
  tailPurpose,
} from '../../hubs/hand-over/departure.ts';
import {
  readSnapshot,
  readTail,
  type ReadSnapshot,
} from '../../hubs/hand-over/connection-snapshot.ts';
import { MoveLimit } from '../../hubs/hand-over/move-limit.ts';
import { logMessages } from '../../log-messages.ts';
import type { ClaimableRecord, HandOver } from '../../scale-out/hand-over.ts';
import type { ResolvedOptions } from '../../server-options.ts';
import type { EndpointConnection, RestoredConnection } from '../endpoint.ts';

/** What a hub does for hand-overs. */
export interface HandOverHost {
  readonly isClosing: boolean;
  readonly options: ResolvedOptions;
  /** The name of the hub on the backplane. */
  readonly hubName: string;
  /** Serves a connection of another server. Its client is away. */
  restore(
    context: ConnectionContext,
    request: ConnectionRequest,
    snapshot: ReadSnapshot,
  ): RestoredConnection | undefined;
}

/**
 * Hands the connections of one hub at one path over to other servers, and takes those of others
 * over.
 */
export class HubHandOver {
  readonly #host: HandOverHost;
  readonly #handOver: HandOver;
  readonly #tokens: ConnectionTokens;
  readonly #seal: RecordSeal;

  constructor(host: HandOverHost, handOver: HandOver, tokens: ConnectionTokens, seal: RecordSeal) {
    this.#host = host;
    this.#handOver = handOver;
    this.#tokens = tokens;
    this.#seal = seal;
  }

  /**
   * Hands connections over. Resolves with the number of connections that other servers have taken
   * over, when none is left to be claimed. Connections that cannot move close.
   */
  async departAll(
    connections: Iterable<readonly [ConnectionContext, EndpointConnection]>,
    drainTimeout: number,
  ): Promise<number> {
    const settings: HandOverSettings = {
      handOver: this.#handOver,
      seal: this.#seal,
      drainTimeout,
      moves: new MoveLimit(),
      claimTimeout: this.#host.options.disconnectTimeout,
    };
    const departing = [...connections].map(async ([context, connection]) => {
      const isPortable = this.#statefulIdOf(context.connectionToken) === context.connectionId;
      if (isPortable && connection.handOver !== undefined) return connection.handOver(settings);
      connection.shutdown();
      return undefined;
    });
    const records = await Promise.all(departing);
    const stored = records.filter((record) => record !== undefined);
    const results = await Promise.all(stored.map(({ isMoved }) => isMoved));
    return results.filter((isMoved) => isMoved).length;
  }

  /**
   * Returns the connection id of a token with which a connection of another server may continue.
   */
  connectionIdOf(token: string): string | undefined {
    return this.#host.isClosing ? undefined : this.#statefulIdOf(token);
  }

  /** Returns the connection id of a signed token if the connection uses stateful reconnect. */
  #statefulIdOf(token: string): string | undefined {
    const issued = this.#tokens.readIssued(token);
    return issued?.useStatefulReconnect === true ? issued.connectionId : undefined;
  }

  /**
   * Takes a connection over from another server, if one has recorded it. After that, the client can
   * open it like a connection of this server. Resolves with a refusal if the caller is not the user
   * of the connection. Rejects if the other servers cannot be reached.
   */
  async claim(
    token: string,
    connectionId: string,
    request: ConnectionRequest,
    ticket: AuthenticationTicket | undefined,
  ): Promise<Refusal | undefined> {
    const found = await this.#handOver.find(connectionId);
    if (found === undefined) return undefined;
    const { logger } = this.#host.options;
    const content = this.#read(found, connectionId);
    if (content === undefined) {
      logger.warn(logMessages.recordRefused(connectionId));
      return undefined;
    }
    const { snapshot } = content;
    if (snapshot.user !== identityOf(ticket?.user)) {
      logger.warn(logMessages.userChanged(connectionId));
      return forbidden;
    }
    // Only this path was authorized, for example for one tenant.
    const hasParams = Object.entries(request.params).every(
      ([name, value]) => snapshot.params[name] === value,
    );
    // The server may have started to close meanwhile.
    if (!hasParams || this.#host.isClosing) return undefined;
    const context = new ConnectionContext(connectionId, token, snapshot.userIdentifier ?? null);
    context.useStatefulReconnect = true;
    context.ticket = ticket;
    const restored = this.#host.restore(context, request, content);
    if (restored !== undefined) await this.#continue(found, restored, content);
    return undefined;
  }

  #read(found: ClaimableRecord, connectionId: string): ReadSnapshot | undefined {
    const text = this.#seal.open(found.record, recordPurpose(connectionId));
    if (text === undefined) return undefined;
    const content = readSnapshot(text, this.#host.options.protocols);
    return content?.snapshot.hubName === this.#host.hubName ? content : undefined;
  }

  async #continue(
    found: ClaimableRecord,
    restored: RestoredConnection,
    { snapshot, protocol }: ReadSnapshot,
  ): Promise<void> {
    const { connectionId, moveId, groups } = snapshot;
    let tail: string | undefined;
    try {
      const sealed = await found.claim(restored.connection, groups);
      tail = sealed && this.#seal.open(sealed, tailPurpose(connectionId, moveId));
      if (sealed !== undefined && tail === undefined)
        this.#host.options.logger.warn(logMessages.recordRefused(connectionId));
    } finally {
      if (tail === undefined) restored.end();
    }
    if (tail !== undefined) restored.activate(readTail(tail, protocol));
  }
}
