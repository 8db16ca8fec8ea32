import { LocalLifetimeManager } from '@practical-signalr/server/scale-out';
import { expect, onTestFinished, test } from 'vitest';
import { runModel } from './run-model.ts';
import { LocalWorld } from './worlds/local-world.ts';

type Args = readonly unknown[];

/** Starts a world that ends quickly: a server waits for clients of long polling that are gone. */
const startWorld = (Manager: new () => LocalLifetimeManager): Promise<LocalWorld> =>
  LocalWorld.start(() => new Manager(), ['WebSockets', 'ServerSentEvents']);

class ForgetsToLeave extends LocalLifetimeManager {
  override async removeFromGroup(): Promise<void> {
    // The connection stays in the group.
  }
}
class SendsTwice extends LocalLifetimeManager {
  override async sendUser(user: string, method: string, args: Args): Promise<void> {
    await super.sendUser(user, method, args);
    await super.sendUser(user, method, args);
  }
}
class LosesMessages extends LocalLifetimeManager {
  #count = 0;
  override async sendGroup(group: string, method: string, args: Args): Promise<void> {
    this.#count++;
    if (this.#count % 3 !== 0) await super.sendGroup(group, method, args);
  }
}
class ChangesOrder extends LocalLifetimeManager {
  #late: (() => void) | undefined;
  override async sendAll(method: string, args: Args): Promise<void> {
    const late = this.#late;
    this.#late = undefined;
    if (late === undefined) {
      const sendLate = (): void => void super.sendAll(method, args);
      this.#late = sendLate;
      setTimeout(() => {
        if (this.#late !== sendLate) return;
        this.#late = undefined;
        sendLate();
      }, 50);
    } else {
      await super.sendAll(method, args);
      late();
    }
  }
}
class IgnoresExceptions extends LocalLifetimeManager {
  override async sendAllExcept(method: string, args: Args): Promise<void> {
    await super.sendAll(method, args);
  }
}
class MixesUpConnections extends LocalLifetimeManager {
  #last: string | undefined;
  override async sendConnection(id: string, method: string, args: Args): Promise<void> {
    const receiver = this.#last ?? id;
    this.#last = id;
    await super.sendConnection(receiver, method, args);
  }
}

test.each([
  [ForgetsToLeave, /which was not sent to it/],
  [SendsTwice, /received 'm\d+' twice/],
  [LosesMessages, /did not receive 'm\d+'/],
  [ChangesOrder, /which was sent later|which was not sent to it/],
  [IgnoresExceptions, /which was not sent to it/],
  [MixesUpConnections, /which was not sent to it|did not receive/],
])('the model finds a lifetime manager that is broken: %o', async (Manager, fault) => {
  const world = await startWorld(Manager);
  onTestFinished(() => world.close());
  const { failure } = await runModel(world, { seed: 1, steps: 1000, hangLimit: 10_000 });
  expect(failure).toMatch(fault);
  expect(failure).toMatch(/Repeat it with 'npm run model -- --over local --seed \d+ --steps 1'/);
});

test('a seed repeats the same operations', async () => {
  const run = async (): Promise<string | undefined> => {
    const world = await startWorld(ForgetsToLeave);
    try {
      const { failure } = await runModel(world, { seed: 1, steps: 1000, hangLimit: 10_000 });
      return failure;
    } finally {
      await world.close();
    }
  };
  const failure = await run();
  expect(failure).toMatch(/which was not sent to it/);
  expect(await run()).toBe(failure);
});
