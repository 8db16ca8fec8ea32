import { withClients } from './connections.ts';
import { change } from './control-panel.ts';

/** The time between two requests for the health, in ms. */
const INTERVAL = 250;
const MAX_LOOKS = 120;

/** Sends while Redis is stopped, starts it again, and returns what arrived. */
export async function sendWithoutRedis(): Promise<string> {
  const { redis } = await change();
  if (redis.kind === 'given') return 'REDIS_URL is set, so the lesson cannot stop this Redis.';
  return withClients([{ instance: 'instance 1' }, { instance: 'instance 2' }], async ([a, b]) => {
    await change({ redis: 'stopped' });
    await waitForHealth('Degraded');
    await a.connection.invoke('SendMessageToCaller', 'To the caller');
    await a.wait('To the caller');
    await a.connection.invoke('SendMessageToAll', 'To all, while Redis is stopped');
    await change({ redis: 'running' });
    await waitForHealth('Healthy');
    await a.connection.invoke('SendMessageToAll', 'To all, afterwards');
    await b.wait('To all, afterwards');
    const isLost = !b.received.includes('To all, while Redis is stopped');
    return `The caller received its message. Client B ${isLost ? 'did not receive' : 'received'} the message to all. Afterwards, messages arrive again.`;
  });
}

/** Waits until both instances report this status. */
async function waitForHealth(status: string): Promise<void> {
  for (let look = 0; look < MAX_LOOKS; look++) {
    const { instances } = await change();
    const ours = instances.filter(({ name }) => name.startsWith('instance'));
    if (ours.every(({ health }) => health.status === status)) return;
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
  throw new Error(`The instances did not become ${status}. Start Redis on the control panel.`);
}
