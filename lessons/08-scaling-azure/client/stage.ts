import {
  drawServers,
  missingInstance,
  type ServersDrawing,
  showDotnet,
  showHealth,
  showState,
  watchStage,
} from '@practical-signalr/lesson-kit/client';
import type { Stage } from '../server/stage.ts';

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
export const place = (): string => 'the service';
export function standOn(instance: string): void {
  here = instance;
  void change();
}

function draw(stage: Stage): void {
  const { description, isEmulator } = stage.service;
  balancer.value = stage.balancer;
  const missing = missingInstance(stage.instances);
  kill.textContent = missing ? `Start ${missing} again` : "Kill this tab's server";
  kill.disabled = !missing && here === '';
  showDotnet(dotnet, stage.dotnet);
  element<HTMLButtonElement>('drop').disabled = !isEmulator; // the real service drops nobody for us
  showState('good', description, '#service-state');
  showHealth(stage.instances);
  drawServers(document.querySelector<SVGElement>('#picture')!, drawingOf(stage));
}

/** The course's picture, from what is. */
function drawingOf({ instances, service: { isEmulator } }: Stage): ServersDrawing {
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

export const { change, onUse } = watchStage<Stage>(draw);
onUse(balancer, () => ({ balancer: balancer.value }), { connectAnew: true });
onUse(kill, () => (kill.textContent?.startsWith('Kill') ? { kill: here } : { start: true }));
onUse(dotnet, () => ({ dotnet: 'running' }));
