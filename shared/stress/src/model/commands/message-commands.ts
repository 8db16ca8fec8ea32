import { type GroupName, type Model, type Target, userOf } from '../model.ts';
import type { RunState } from '../run-state.ts';
import { ModelCommand } from './model-command.ts';

/** Returns the name of a group in this run. */
const groupOf = (model: Model, group: GroupName): string => `r${model.run}-${group}`;

/** A client calls a method that sends a message. */
export class Send extends ModelCommand {
  readonly slot: number;
  readonly target: Target;

  constructor(slot: number, target: Target) {
    super();
    this.slot = slot;
    this.target = target;
  }

  check(model: Model): boolean {
    const { target } = this;
    if (model.connections[this.slot] === undefined) return false;
    return target.to !== 'client' || model.connections[target.slot] !== undefined;
  }

  protected async execute(model: Model, state: RunState): Promise<void> {
    const text = state.nextText();
    const client = state.client(this.slot);
    model.send(this.slot, this.target, text);
    await client.invoke(...this.#call(model, state, text));
  }

  #call(model: Model, state: RunState, text: string): [method: string, ...args: string[]] {
    const { target } = this;
    switch (target.to) {
      case 'all':
        return ['sendAll', text];
      case 'others':
        return ['sendOthers', text];
      case 'caller':
        return ['sendCaller', text];
      case 'group':
        return ['sendGroup', text, groupOf(model, target.group)];
      case 'othersInGroup':
        return ['sendOthersInGroup', text, groupOf(model, target.group)];
      case 'user':
        return ['sendUser', text, userOf(model.run, target.slot)];
      case 'client':
        return ['sendClient', text, state.client(target.slot).id];
    }
  }

  toString(): string {
    return `${this.slot} sends to ${Object.values(this.target).join(' ')}`;
  }
}

/** A client adds a client to a group, or removes it. */
export class ChangeGroup extends ModelCommand {
  readonly by: number;
  readonly change: 'join' | 'leave';
  readonly slot: number;
  readonly group: GroupName;

  constructor(by: number, change: 'join' | 'leave', slot: number, group: GroupName) {
    super();
    this.by = by;
    this.change = change;
    this.slot = slot;
    this.group = group;
  }

  check(model: Model): boolean {
    return [this.by, this.slot].every((slot) => model.connections[slot] !== undefined);
  }

  protected async execute(model: Model, state: RunState): Promise<void> {
    const { id } = state.client(this.slot);
    await state.client(this.by).invoke(this.change, id, groupOf(model, this.group));
    model[this.change](this.slot, this.group);
  }

  toString(): string {
    return `${this.by} lets ${this.slot} ${this.change} ${this.group}`;
  }
}

/** A client calls a method, streams, uploads, or lets the server invoke another client. */
export class Call extends ModelCommand {
  readonly slot: number;
  readonly what: 'echo' | 'ask' | 'stream' | 'upload';
  /** The other client, or the number of items. */
  readonly count: number;

  constructor(slot: number, what: 'echo' | 'ask' | 'stream' | 'upload', count: number) {
    super();
    this.slot = slot;
    this.what = what;
    this.count = count;
  }

  get #other(): number {
    return this.count % 4;
  }

  check(model: Model): boolean {
    if (model.connections[this.slot] === undefined) return false;
    return this.what !== 'ask' || model.connections[this.#other] !== undefined;
  }

  protected async execute(model: Model, state: RunState): Promise<void> {
    const client = state.client(this.slot);
    const items = Array.from({ length: this.count }, (_, n) => n);
    if (this.what === 'echo') {
      const text = state.nextText();
      const answer = await client.invoke<string>('echo', text);
      if (answer !== text) throw new Error(`client ${this.slot}: 'echo' returned '${answer}'`);
    } else if (this.what === 'ask') {
      const { id } = state.client(this.#other);
      const answer = await client.invoke<string>('ask', id);
      if (answer !== id) throw new Error(`client ${this.slot}: 'ask' returned '${answer}'`);
    } else if (this.what === 'stream') {
      state.addPending(this.slot, 'a stream', items, client.stream('count', this.count));
    } else {
      state.addPending(this.slot, 'an upload', items, client.upload('upload', items));
      // The official client does not handle the failure of a POST with an item.
      if (model.at(this.slot).kind.transport !== 'WebSockets') await state.settleResults();
    }
  }

  toString(): string {
    return `${this.slot} calls '${this.what}' (${this.count})`;
  }
}

/** Waits until everything has arrived, and compares it. */
export class Settle extends ModelCommand {
  check(): boolean {
    return true;
  }

  protected async execute(model: Model, state: RunState): Promise<void> {
    await state.settle(model);
  }

  toString(): string {
    return 'wait until everything has arrived';
  }
}
