import type { InstancesView } from '@practical-signalr/lesson-kit/client';
import type { ControlPanel } from './control-panel.ts';

/** Returns the drawing of the course: clients, the service, and the instances of this moment. */
export function describeDrawing({
  instances,
  service: { isEmulator },
}: Pick<ControlPanel, 'instances' | 'service'>): InstancesView['drawing'] {
  return {
    servers: instances.map(({ name, url, health: { status, data } }) => {
      // The C# server reports no numbers.
      const connections =
        'serverConnections' in data ? `${data['serverConnections']} connections` : status;
      const clients = 'clients' in data ? Number(data['clients']) : undefined;
      return { name, note: `${connections}, port ${new URL(url).port}`, clients };
    }),
    balancer: isEmulator ? 'Azure SignalR Service (emulator)' : 'Azure SignalR Service',
    takesTurns: false,
    backplane: {
      name: 'no backplane, no sticky sessions',
      note: 'each instance connects only to the service',
      state: 'unneeded',
    },
  };
}
