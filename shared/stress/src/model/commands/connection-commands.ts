import { type ClientKind, type Model, userOf } from '../model.ts';
import { ModelClient } from '../model-client.ts';
import type { RunState } from '../run-state.ts';
import { ModelCommand, settleSends } from './model-command.ts';

/** Connects a client. */
export class Connect extends ModelCommand {
  readonly slot: number;
  readonly kind: ClientKind;
  readonly position: number;

  constructor(slot: number, kind: ClientKind, position: number) {
    super();
    this.slot = slot;
    this.kind = kind;
    this.position = position;
  }

  check(model: Model): boolean {
    return model.connections[this.slot] === undefined;
  }

  protected async execute(model: Model, state: RunState): Promise<void> {
    const { world } = state;
    const { transport, isStateful } = this.kind;
    const kind: ClientKind = {
      ...this.kind,
      transport: world.transports.includes(transport) ? transport : 'WebSockets',
      isStateful: isStateful && world.isStateful,
    };
    const port = world.portOf(this.position);
    const user = userOf(model.run, this.slot);
    const client = await ModelClient.connect(port, kind, user, state.hangLimit);
    state.clients[this.slot] = client;
    model.connect(this.slot, kind, await client.invoke('server'));
  }

  toString(): string {
    const { transport, protocol, isStateful, reconnects } = this.kind;
    const reconnect = isStateful ? 'stateful' : `${reconnects ? 'with' : 'without'} reconnect`;
    return `connect ${this.slot} to ${this.position} (${transport}, ${protocol}, ${reconnect})`;
  }
}

/** Closes the connection of a client normally. */
export class Close extends ModelCommand {
  readonly slot: number;

  constructor(slot: number) {
    super();
    this.slot = slot;
  }

  check(model: Model): boolean {
    return model.connections[this.slot] !== undefined;
  }

  protected async execute(model: Model, state: RunState): Promise<void> {
    await settleSends(model, state, this.slot);
    await state.untilResumed(model.at(this.slot));
    // A client that closes takes nothing that is on its way to it.
    await state.client(this.slot).close();
    state.endConnection(model, this.slot);
  }

  toString(): string {
    return `close ${this.slot}`;
  }
}

/** Breaks all sockets of a client. */
export class Drop extends ModelCommand {
  readonly slot: number;

  constructor(slot: number) {
    super();
    this.slot = slot;
  }

  check(model: Model): boolean {
    return model.connections[this.slot] !== undefined;
  }

  protected async execute(model: Model, state: RunState): Promise<void> {
    await settleSends(model, state, this.slot);
    const client = state.client(this.slot);
    const { lost } = client;
    const connection = model.at(this.slot);
    await state.untilResumed(connection);
    client.drop();
    if (connection.kind.isStateful) {
      // The client does not notice it, and nothing may be lost.
      connection.isResuming = true;
      return;
    }
    await state.replaceConnection(model, this.slot, lost);
  }

  toString(): string {
    return `drop the sockets of ${this.slot}`;
  }
}
