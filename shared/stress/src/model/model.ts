import { Expectations } from './expectations.ts';

/** The groups of the test. */
export const groupNames = ['g', 'h'] as const;
export type GroupName = (typeof groupNames)[number];

/** The number of clients of the test. */
export const SLOTS = 4;

/** The target of a message. Group, user and client are those of the run. */
export type Target =
  | { readonly to: 'all' | 'others' | 'caller' }
  | { readonly to: 'group' | 'othersInGroup'; readonly group: GroupName }
  | { readonly to: 'user' | 'client'; readonly slot: number };

/** The transports of the official client. */
export const transports = ['WebSockets', 'ServerSentEvents', 'LongPolling'] as const;

/** How a client connects. */
export interface ClientKind {
  readonly transport: (typeof transports)[number];
  readonly protocol: 'json' | 'messagepack';
  /** With stateful reconnect, a lost socket is not noticed. It needs WebSockets. */
  readonly isStateful: boolean;
  /** Whether the client gets a new connection when it has lost its connection. */
  readonly reconnects: boolean;
}

/** What the model knows about the connection of a client. */
export interface ModelConnection {
  readonly slot: number;
  readonly user: string;
  readonly kind: ClientKind;
  readonly groups: Set<GroupName>;
  readonly expectations: Expectations;
  /** The name of the server that runs its calls. */
  server: string;
  /** True if messages that it has sent may still be on their way. */
  hasUnsettledSends: boolean;
  /**
   * True if its socket was broken and it may not have a new one yet. If that breaks, too, the
   * official client gives up.
   */
  isResuming: boolean;
}

/** The rules that differ between one server and several. */
export interface ModelRules {
  /**
   * True if a send takes effect at the moment of the call. Otherwise, a message that is on its way
   * while a connection joins, leaves or connects may arrive or not.
   */
  readonly isExact: boolean;
  /** Returns a key: messages of a sender to a target with the same key stay in order. */
  readonly orderKey: (sender: ModelConnection, target: string) => string;
}

interface InFlightMessage {
  readonly text: string;
  readonly orderKey: string;
  readonly target: Target;
  readonly sender: number;
}

/** Returns the user of a client. Two clients share a user. */
export const userOf = (run: number, slot: number): string => `r${run}-u${slot % 2}`;

/** The simple model: a list of connections with their groups, and what each must receive. */
export class Model {
  readonly rules: ModelRules;
  readonly run: number;
  readonly connections: (ModelConnection | undefined)[] = Array(SLOTS).fill(undefined);
  /** How often servers were killed, handed over or restarted. */
  readonly serverEvents = { kill: 0, handOver: 0, restart: 0 };
  #inFlight: InFlightMessage[] = [];

  constructor(rules: ModelRules, run: number) {
    this.rules = rules;
    this.run = run;
  }

  get open(): ModelConnection[] {
    return this.connections.filter((connection) => connection !== undefined);
  }

  /** Returns the open connection of a client. */
  at(slot: number): ModelConnection {
    return this.connections[slot] as ModelConnection;
  }

  connect(slot: number, kind: ClientKind, server: string): void {
    const connection: ModelConnection = {
      slot,
      user: userOf(this.run, slot),
      kind,
      groups: new Set(),
      expectations: new Expectations(),
      server,
      hasUnsettledSends: false,
      isResuming: false,
    };
    this.connections[slot] = connection;
    this.#allowInFlight(connection, ({ to }) => to === 'all' || to === 'others' || to === 'user');
  }

  /** Records that a connection has closed. What was on its way to it may be lost. */
  disconnect(slot: number): void {
    const { expectations } = this.at(slot);
    for (const { text } of this.#inFlight) expectations.makeOptional(text);
    this.connections[slot] = undefined;
  }

  join(slot: number, group: GroupName): void {
    const connection = this.at(slot);
    if (!connection.groups.has(group)) this.#allowInFlight(connection, isTo(group));
    connection.groups.add(group);
  }

  leave(slot: number, group: GroupName): void {
    const connection = this.at(slot);
    connection.groups.delete(group);
    if (this.rules.isExact) return;
    for (const { text, target } of this.#inFlight)
      if (isTo(group)(target)) connection.expectations.makeOptional(text);
  }

  send(slot: number, target: Target, text: string): void {
    const sender = this.at(slot);
    sender.hasUnsettledSends = true;
    const orderKey = this.rules.orderKey(sender, JSON.stringify(target));
    this.#inFlight.push({ text, orderKey, target, sender: slot });
    for (const connection of this.open)
      if (this.#isReceiver(connection, target, slot))
        connection.expectations.add(text, orderKey, false);
  }

  /** Records that a server was killed. Messages that it has not passed on may be lost. */
  loseInFlight(): void {
    for (const { expectations } of this.open)
      for (const { text } of this.#inFlight) expectations.makeOptional(text);
  }

  /** Records that all messages have arrived. */
  settle(): void {
    this.#inFlight = [];
    for (const connection of this.open) connection.hasUnsettledSends = false;
  }

  #isReceiver(connection: ModelConnection, target: Target, sender: number): boolean {
    switch (target.to) {
      case 'all':
        return true;
      case 'others':
        return connection.slot !== sender;
      case 'caller':
        return connection.slot === sender;
      case 'group':
        return connection.groups.has(target.group);
      case 'othersInGroup':
        return connection.slot !== sender && connection.groups.has(target.group);
      case 'user':
        return connection.user === userOf(this.run, target.slot);
      case 'client':
        return connection.slot === target.slot;
    }
  }

  /** Messages that are on their way to these targets may reach the connection, too. */
  #allowInFlight(connection: ModelConnection, isAffected: (target: Target) => boolean): void {
    if (this.rules.isExact) return;
    for (const { text, orderKey, target } of this.#inFlight)
      if (isAffected(target)) connection.expectations.add(text, orderKey, true);
  }
}

const isTo =
  (group: GroupName) =>
  (target: Target): boolean =>
    'group' in target && target.group === group;
