import type { InstancesView } from '@practical-signalr/lesson-kit/client';
import type { ControlPanel } from './control-panel.ts';

/** Returns the drawing of the course, with the instances and the Redis of this moment. */
export function describeDrawing({
  instances,
  balancer,
  backplane,
  redis: { kind, view },
}: Omit<ControlPanel, 'drawing'>): InstancesView['drawing'] {
  return {
    servers: instances.map(({ name, url, webSockets, health: { status } }) => ({
      name,
      note: `${status}, port ${new URL(url).port}`,
      clients: webSockets,
    })),
    balancer: `balancer: ${balancer}`,
    takesTurns: balancer === 'round-robin',
    backplane:
      backplane === 'none'
        ? { name: 'no backplane', note: 'each instance is alone', state: 'none' }
        : {
            name: kind === 'in-process' ? 'an in-process substitute for Redis' : 'Redis',
            note: view ? `${view.channels.length} channels, DBSIZE ${view.keys}` : '✕ stopped',
            state: view ? 'joined' : 'broken',
          },
  };
}
