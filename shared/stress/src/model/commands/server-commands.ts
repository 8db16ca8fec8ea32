import type { Model } from '../model.ts';
import type { RunState } from '../run-state.ts';
import type { ServerEvent, World } from '../world.ts';
import { shiftClock } from './shift-clock.ts';
import { ModelCommand } from './model-command.ts';

/** Ends the server of a client: it is killed, hands its connections over, or restarts. */
export class EndServer extends ModelCommand {
  readonly event: ServerEvent;
  readonly slot: number;
  readonly #world: World;

  constructor(event: ServerEvent, slot: number, world: World) {
    super();
    this.event = event;
    this.slot = slot;
    this.#world = world;
  }

  check(model: Model): boolean {
    if (model.connections[this.slot] === undefined) return false;
    return model.serverEvents[this.event] < this.#world.maximumEvents[this.event];
  }

  protected async execute(model: Model, state: RunState): Promise<void> {
    const { world } = state;
    model.serverEvents[this.event]++;
    for (const connection of model.open) await state.untilResumed(connection);
    const { server } = model.at(this.slot);
    const connections = model.open.filter((connection) => connection.server === server);
    const lost = new Map(model.open.map(({ slot }) => [slot, state.client(slot).lost]));
    if (this.event === 'kill') model.loseInFlight();
    const clients = model.open.map(({ slot }) => state.client(slot));
    await world.end(server, this.event, clients);
    for (const connection of connections) {
      const { slot, kind } = connection;
      if (this.event === 'handOver' && world.continues(kind)) {
        if (!world.continuesStreams) state.allowFailures(slot);
        while (connection.server === server)
          connection.server = await state.client(slot).invoke('server');
      } else {
        await state.replaceConnection(model, slot, lost.get(slot) as number);
      }
    }
  }

  toString(): string {
    return `${this.event} the server of ${this.slot}`;
  }
}

/** Changes the wall clock of the servers and the clients. */
export class JumpClock extends ModelCommand {
  readonly minutes: number;
  readonly #hasClock: boolean;

  constructor(minutes: number, { hasClock }: World) {
    super();
    this.minutes = minutes;
    this.#hasClock = hasClock;
  }

  check(): boolean {
    return this.#hasClock;
  }

  protected async execute(): Promise<void> {
    shiftClock(this.minutes * 60_000);
  }

  toString(): string {
    return `the clock jumps by ${this.minutes} min`;
  }
}
