import { onPress, showState } from '@practical-signalr/lesson-kit/client';
import { type LabClient, withClients } from './connections.ts';
import { change } from './control-panel.ts';

/** The time in ms between two numbers. */
const INTERVAL = 50;
/** How many numbers are sent before and after the restart. */
const NUMBERS = 20;

const moving = { hub: '/moving/messages', isStateful: true } as const;

/** Lets the button restart instance 1 while a counter runs. */
export function connectRestartButton(): void {
  onPress('#restart', async () => showState('good', await restart(), '#counter'), '#counter');
}

async function restart(): Promise<string> {
  const { redis } = await change();
  if (redis.kind === 'in-process')
    return 'The in-process substitute cannot store connections. Install redis-server.';
  const clients = [
    { ...moving, instance: 'instance 1' },
    { ...moving, instance: 'instance 2' },
  ] as const;
  return withClients(clients, async ([a, b]) => {
    const id = a.connection.connectionId;
    let isRestarted = false;
    let reconnects = 0;
    a.connection.onreconnecting(() => reconnects++);
    let number = await count(a, b, 0, () => false);
    const restarted = change({ restart: 'instance 1' }).finally(() => (isRestarted = true));
    number = await count(a, b, number, () => !isRestarted);
    await restarted;
    number = await count(a, b, number, () => false);
    await a.wait(String(number));
    const expected = Array.from({ length: number }, (_, index) => String(index + 1));
    const isComplete = a.received.join() === expected.join();
    const isSame = a.connection.connectionId === id;
    const numbers = isComplete ? `all ${number} numbers in order` : `${a.received.join(', ')} only`;
    const idState = isSame ? 'is the same' : 'has changed';
    const summary = `Client A received ${numbers}. Its connection id ${idState}. It reconnected ${reconnects} times.`;
    if (!isComplete || !isSame) throw new Error(summary);
    return summary;
  });
}

/** Sends further numbers, at least `NUMBERS`. Returns the last one. */
async function count(
  a: LabClient,
  b: LabClient,
  last: number,
  isNeeded: () => boolean,
): Promise<number> {
  let number = last;
  while (number < last + NUMBERS || isNeeded()) {
    number += 1;
    await b.connection.invoke('SendMessageToAll', String(number));
    showState(
      'good',
      `The counter is at ${number}. Client A has ${a.received.at(-1) ?? 0}.`,
      '#counter',
    );
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
  return number;
}
