import { identityOf } from '../../authentication/claims.ts';
import { forbidden, type Refusal } from '../../authentication/request-authentication.ts';
import type { AuthenticationTicket } from '../../connections/authentication-ticket.ts';
import { ConnectionContext } from '../../connections/connection-context.ts';
import type { ConnectionManager } from '../../connections/connection-manager.ts';
import type { ConnectionRequest } from '../../connections/connection-request.ts';
import type { ConnectionTokens } from '../../connections/tokens/connection-tokens.ts';
import type { IssuedConnection } from '../../connections/tokens/token-source.ts';
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
import { LimitedWarnings } from '../../limits/limited-warnings.ts';
import { logMessages } from '../../log-messages.ts';
import type { ClaimableRecord, HandOver } from '../../scale-out/hand-over.ts';
import type { ResolvedOptions } from '../../server-options.ts';
import { wireMessages } from '../../wire-messages.ts';
import type { EndpointConnection, RestoredConnection } from '../endpoint.ts';
import { hasParams } from '../routes/has-params.ts';

const notFound: Refusal = { status: 404, message: wireMessages.noConnection, headers: {} };

/** What a hub does for hand-overs. */
export interface HandOverHost {
  readonly isClosing: boolean;
  readonly options: ResolvedOptions;
  readonly connections: Pick<ConnectionManager, 'find'>;
  /** The name of the hub on the backplane. */
  readonly hubName: string;
  /** Serves a connection of another server. Its client is away. */
  restore(
    context: ConnectionContext,
    request: ConnectionRequest,
    snapshot: ReadSnapshot,
  ): RestoredConnection | undefined;
}

/** What the other servers know of a connection. */
interface LookUp {
  /** Undefined if no server hands the connection over. */
  readonly found: ClaimableRecord | undefined;
  /** Whether no other server has accepted the token. */
  readonly isUnused: boolean;
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
  readonly #warnings: LimitedWarnings;
  /** Whether the last look-up has failed. */
  #isUnreachable = false;

  constructor(host: HandOverHost, handOver: HandOver, tokens: ConnectionTokens, seal: RecordSeal) {
    this.#host = host;
    this.#handOver = handOver;
    this.#tokens = tokens;
    this.#seal = seal;
    this.#warnings = new LimitedWarnings(host.options.logger);
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

  /** Returns the content of a signed token, also if the token is used or has expired. */
  readToken(token: string): IssuedConnection | undefined {
    return this.#host.isClosing ? undefined : this.#tokens.readIssued(token);
  }

  /** Returns the connection id of a signed token if the connection uses stateful reconnect. */
  #statefulIdOf(token: string): string | undefined {
    const issued = this.#tokens.readIssued(token);
    return issued?.useStatefulReconnect === true ? issued.connectionId : undefined;
  }

  /**
   * Admits a request with a signed token. If another server has recorded the connection, takes it
   * over. After that, the client can open it like a connection of this server. Otherwise, the token
   * is used up on all servers.
   *
   * Resolves with a refusal if another server has accepted the token, or if the caller is not the
   * user of the connection. Resolves with undefined if the other servers cannot be reached, because
   * new connections do not depend on them. Rejects if they cannot be reached during the claim.
   */
  async admit(
    token: string,
    { connectionId, useStatefulReconnect }: IssuedConnection,
    request: ConnectionRequest,
    ticket: AuthenticationTicket | undefined,
  ): Promise<Refusal | undefined> {
    const { found, isUnused } = await this.#lookUp(token, connectionId, useStatefulReconnect);
    const claimed = found && (await this.#claim(token, connectionId, found, request, ticket));
    if (claimed !== undefined) return claimed === 'restored' ? undefined : claimed;
    return isUnused ? undefined : notFound;
  }

  async #lookUp(token: string, connectionId: string, isStateful: boolean): Promise<LookUp> {
    try {
      // The two do not wait for each other.
      const [found, isUnused] = await Promise.all([
        isStateful ? this.#handOver.find(connectionId) : undefined,
        this.useToken(token),
      ]);
      this.#isUnreachable = false;
      return { found, isUnused };
    } catch (error) {
      // In an outage, many clients may connect. One line is enough.
      if (!this.#isUnreachable)
        this.#host.options.logger.error(logMessages.claimFailed(connectionId), error);
      this.#isUnreachable = true;
      return { found: undefined, isUnused: true };
    }
  }

  /**
   * Marks the token of a connection that opens as used on all servers. Returns false if another
   * server has accepted it.
   */
  async useToken(token: string): Promise<boolean> {
    if (this.#handOver.useToken === undefined) return true;
    const unopened = this.#tokens.read(token);
    // If the token is not valid, the request is refused later.
    if (unopened === undefined) return true;
    // The clocks of the servers may differ by the lifetime.
    return this.#handOver.useToken(unopened.connectionId, 2 * this.#tokens.lifetime);
  }

  /** Takes a connection over. Returns undefined if that is not possible. */
  async #claim(
    token: string,
    connectionId: string,
    found: ClaimableRecord,
    request: ConnectionRequest,
    ticket: AuthenticationTicket | undefined,
  ): Promise<Refusal | 'restored' | undefined> {
    const content = this.#read(found, connectionId);
    if (content === undefined) {
      this.#warnings.warn(logMessages.recordRefused(connectionId));
      return undefined;
    }
    const { snapshot } = content;
    if (snapshot.user !== identityOf(ticket?.user)) {
      this.#warnings.warn(logMessages.userChanged(connectionId));
      return forbidden;
    }
    // The server may have started to close meanwhile.
    if (!hasParams(snapshot, request.params) || this.#host.isClosing) return undefined;
    // Another request with this token was faster.
    if (this.#host.connections.find(token)?.isOpened === true) return notFound;
    const context = new ConnectionContext(connectionId, token, snapshot.userIdentifier ?? null);
    context.useStatefulReconnect = true;
    context.ticket = ticket;
    const restored = this.#host.restore(context, request, content);
    if (restored === undefined) return undefined;
    return (await this.#continue(found, restored, content)) ? 'restored' : undefined;
  }

  #read(found: ClaimableRecord, connectionId: string): ReadSnapshot | undefined {
    const text = this.#seal.open(found.record, recordPurpose(connectionId));
    if (text === undefined) return undefined;
    const content = readSnapshot(text, this.#host.options.protocols);
    return content?.snapshot.hubName === this.#host.hubName ? content : undefined;
  }

  /** Returns whether the connection continues on this server. */
  async #continue(
    found: ClaimableRecord,
    restored: RestoredConnection,
    { snapshot, protocol }: ReadSnapshot,
  ): Promise<boolean> {
    const { connectionId, moveId, groups } = snapshot;
    let sealed: string | undefined;
    try {
      sealed = await found.claim(restored.connection, groups);
    } finally {
      if (sealed === undefined) restored.end();
    }
    if (sealed === undefined) return false;
    const tail = this.#seal.open(sealed, tailPurpose(connectionId, moveId));
    restored.activate(tail === undefined ? [] : readTail(tail, protocol));
    if (tail === undefined) {
      this.#warnings.warn(logMessages.recordRefused(connectionId));
      // The connection belongs to this server already, so it ends as any other one.
      restored.served.client?.abort();
      return false;
    }
    return true;
  }
}
