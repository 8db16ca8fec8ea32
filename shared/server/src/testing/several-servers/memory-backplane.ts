import type {
  ClaimableRecord,
  DepartingConnection,
  HandOver,
  StoredRecord,
} from '../../scale-out/hand-over.ts';
import type { HubLifetimeManager } from '../../scale-out/hub-lifetime-manager.ts';
import type { LifetimeConnection } from '../../scale-out/lifetime-connection.ts';
import { LocalLifetimeManager } from '../../scale-out/local-lifetime-manager.ts';

interface MemoryRecord {
  readonly departing: DepartingConnection;
  readonly groups: ReadonlySet<string>;
  readonly from: MemoryLifetimeManager;
  record: string;
  settle(isMoved: boolean): void;
}

/** Connects the servers of one test process, with one hub each. It can hand connections over. */
export class MemoryBackplane {
  readonly managers = new Set<MemoryLifetimeManager>();
  readonly records = new Map<string, MemoryRecord>();
  readonly usedTokens = new Set<string>();
  /** Called before a record is stored. Throw to refuse it. */
  onRecord: (connectionId: string) => void = () => undefined;
  /** Called before a record is searched. Throw to be unreachable. */
  onFind: () => void | Promise<void> = () => undefined;
  /** Called before a token is marked as used. Throw to be unreachable. */
  onUseToken: () => void = () => undefined;
  /** Returns the tail that the claiming server gets. */
  changeTail = (tail: string | undefined): string | undefined => tail;
  /** Called before a claim succeeds. */
  onClaim: (connectionId: string) => Promise<void> | void = () => undefined;

  /** Creates the manager of one server. */
  readonly scaleOut = (): HubLifetimeManager => new MemoryLifetimeManager(this);

  managerOf(connectionId: string): MemoryLifetimeManager | undefined {
    return [...this.managers].find(({ groups }) => groups.has(connectionId));
  }
}

class MemoryLifetimeManager extends LocalLifetimeManager implements HandOver {
  /** The groups of each connection of this server. */
  readonly groups = new Map<string, Set<string>>();
  readonly handOver = this;
  readonly #backplane: MemoryBackplane;
  readonly #pendingResults = new Map<string, Set<AbortController>>();

  constructor(backplane: MemoryBackplane) {
    super();
    this.#backplane = backplane;
    backplane.managers.add(this);
  }

  override onConnected(connection: LifetimeConnection): Promise<void> {
    this.groups.set(connection.connectionId, new Set());
    return super.onConnected(connection);
  }

  override onDisconnected(connection: LifetimeConnection): Promise<void> {
    this.groups.delete(connection.connectionId);
    return super.onDisconnected(connection);
  }

  override async sendAll(method: string, args: readonly unknown[]): Promise<void> {
    await this.#onAll((manager) => manager.#sendAllHere(method, args));
  }

  override async sendGroup(group: string, method: string, args: readonly unknown[]): Promise<void> {
    await this.#onAll((manager) => manager.#sendGroupHere(group, method, args));
  }

  override async addToGroup(connectionId: string, group: string): Promise<void> {
    this.groups.get(connectionId)?.add(group);
    await super.addToGroup(connectionId, group);
  }

  override async invokeConnection(
    connectionId: string,
    method: string,
    args: readonly unknown[],
  ): Promise<unknown> {
    const pending = this.#pendingResults.get(connectionId) ?? new Set();
    this.#pendingResults.set(connectionId, pending);
    const controller = new AbortController();
    pending.add(controller);
    try {
      return await super.invokeConnection(connectionId, method, args, controller.signal);
    } finally {
      pending.delete(controller);
    }
  }

  hasPendingResults(connectionId: string): boolean {
    return (this.#pendingResults.get(connectionId)?.size ?? 0) > 0;
  }

  failPendingResults(connectionId: string): void {
    for (const controller of this.#pendingResults.get(connectionId) ?? []) controller.abort();
  }

  async record(departing: DepartingConnection): Promise<StoredRecord> {
    const { connectionId } = departing.connection;
    const groups = this.groups.get(connectionId) ?? new Set<string>();
    const record = departing.createRecord([...groups]);
    this.#backplane.onRecord(connectionId);
    const isMoved = new Promise<boolean>((settle) => {
      this.#backplane.records.set(connectionId, { departing, groups, from: this, record, settle });
      setTimeout(() => {
        if (this.#backplane.records.delete(connectionId)) settle(false);
      }, departing.lifetime).unref();
    });
    return { isMoved };
  }

  async find(connectionId: string): Promise<ClaimableRecord | undefined> {
    await this.#backplane.onFind();
    const stored = this.#backplane.records.get(connectionId);
    if (stored === undefined) return undefined;
    return {
      record: stored.record,
      claim: (connection, groups) => this.#claim(stored, connection, groups),
    };
  }

  async useToken(connectionId: string): Promise<boolean> {
    this.#backplane.onUseToken();
    const { usedTokens } = this.#backplane;
    const isUnused = !usedTokens.has(connectionId);
    usedTokens.add(connectionId);
    return isUnused;
  }

  async #claim(
    stored: MemoryRecord,
    connection: LifetimeConnection,
    groups: readonly string[],
  ): Promise<string | undefined> {
    const { connectionId } = connection;
    if (!this.#backplane.records.delete(connectionId)) return undefined;
    await this.#backplane.onClaim(connectionId);
    // No message may be sent in between, so nothing is awaited.
    const tail = this.#backplane.changeTail(stored.departing.createTail());
    const changes = [stored.from.onDisconnected(stored.departing.connection)];
    stored.settle(tail !== undefined);
    if (tail !== undefined) {
      changes.push(this.onConnected(connection));
      for (const group of groups) changes.push(this.addToGroup(connectionId, group));
    }
    await Promise.all(changes);
    return tail;
  }

  async #onAll(send: (manager: MemoryLifetimeManager) => Promise<void>): Promise<void> {
    await Promise.all([...this.#backplane.managers].map(send));
  }

  #sendAllHere(method: string, args: readonly unknown[]): Promise<void> {
    return super.sendAll(method, args);
  }

  #sendGroupHere(group: string, method: string, args: readonly unknown[]): Promise<void> {
    return super.sendGroup(group, method, args);
  }
}
