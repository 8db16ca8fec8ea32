import {
  drawServers,
  missingInstance,
  type ServersDrawing,
  showDotnet,
  showHealth,
  showState,
  connectControlPanel,
} from '@practical-signalr/lesson-kit/client';
import type { ControlPanel } from '../server/control-panel.ts';

/** The balancer knows this tab by it; a cookie would be the same for all tabs. */
export const client = (sessionStorage['client'] ??= crypto.randomUUID()) as string;

const element = <T extends HTMLElement>(id: string): T => document.querySelector<T>(`#${id}`)!;
const balancer = element<HTMLSelectElement>('balancer');
const kill = element<HTMLButtonElement>('kill');
const dotnet = element<HTMLButtonElement>('dotnet');
const name = element<HTMLInputElement>('name');
name.value = new URLSearchParams(location.search).get('name') ?? name.value;

/** The server that runs the hub's methods for this tab. */
let here = '';
export const currentInstance = (): string => 'the service';
export function showInstance(instance: string): void {
  here = instance;
  void change();
}

function draw(panel: ControlPanel): void {
  const { description, isEmulator } = panel.service;
  balancer.value = panel.balancer;
  const missing = missingInstance(panel.instances);
  kill.textContent = missing ? `Start ${missing} again` : "Kill this tab's server";
  kill.disabled = !missing && here === '';
  showDotnet(dotnet, panel.dotnet);
  element<HTMLButtonElement>('drop').disabled = !isEmulator; // the real service drops nobody for us
  showState('good', description, '#service-state');
  showHealth(panel.instances);
  drawServers(document.querySelector<SVGElement>('#picture')!, drawingOf(panel));
}

/** The course's picture, from what is. */
function drawingOf({ instances, service: { isEmulator } }: ControlPanel): ServersDrawing {
  return {
    servers: instances.map(({ name, url, health: { status, data } }) => {
      const way = 'serverConnections' in data ? `${data['serverConnections']} connections` : status; // C# tells no figures
      const clients = 'clients' in data ? Number(data['clients']) : undefined;
      return { name, note: `${way}, port ${new URL(url).port}`, clients };
    }),
    here,
    balancer: isEmulator ? 'Azure SignalR Service (emulator)' : 'Azure SignalR Service',
    takesTurns: false,
    backplane: {
      name: 'no backplane, no stickiness',
      note: 'the servers only call the service',
      state: 'unneeded',
    },
  };
}

export const { change, onUse } = connectControlPanel<ControlPanel>(draw);
onUse(balancer, () => ({ balancer: balancer.value }), { connectAnew: true });
onUse(kill, () => (kill.textContent?.startsWith('Kill') ? { kill: here } : { start: true }));
onUse(dotnet, () => ({ dotnet: 'running' }));
