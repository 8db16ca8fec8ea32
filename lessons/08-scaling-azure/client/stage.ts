import { drawServers, type ServersDrawing, showState, type StateKind } from '@practical-signalr/lesson-kit/client';
import type { Stage } from '../server/stage.ts';

/** Nobody tells clients apart any more: any server may answer a negotiation. */
export const client = 'any';

/** What was asked for since; older answers are not drawn. */
let asked = 0;

/** Changes the stage, or only looks; draws what comes of it. */
export async function change(wish?: object): Promise<Stage> {
  const number = ++asked;
  const body = wish && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(wish) };
  const response = await fetch('/stage', body);
  if (!response.ok) throw new Error(await response.text());
  const stage = (await response.json()) as Stage;
  if (number === asked) draw(stage);
  return stage;
}

const element = <T extends HTMLElement>(id: string): T => document.querySelector<T>(`#${id}`)!;
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
  element<HTMLButtonElement>('kill').disabled = stage.instances.length < 2;
  element<HTMLButtonElement>('start').disabled = stage.instances.length === 2;
  element<HTMLButtonElement>('drop').disabled = !isEmulator; // the real service drops nobody for us
  showState('good', description, '#service-state');
  showState(...healthOf(stage.instances), '#health');
  drawServers(document.querySelector<SVGElement>('#picture')!, drawingOf(stage));
}

/** The course's picture, from what is. */
function drawingOf({ instances, service: { isEmulator } }: Stage): ServersDrawing {
  const servers = instances.map(({ name: server, url, health: { serverConnections, clients } }) => {
    return { name: server, note: `${serverConnections} connections, port ${new URL(url).port}`, clients };
  });
  return {
    servers,
    here,
    balancer: isEmulator ? 'Azure SignalR Service (emulator)' : 'Azure SignalR Service',
    takesTurns: false,
    backplane: { name: 'no backplane, no stickiness', note: 'the servers only call the service', state: 'none' },
  };
}

/** How the servers do on their way to the service. */
function healthOf(instances: Stage['instances']): [StateKind, string] {
  if (instances.length === 0) return ['bad', 'No app server is running.'];
  const ill = instances.find(({ health: { status } }) => status !== 'Healthy')?.health;
  return ill ? ['bad', `${ill.status}: ${ill.description ?? 'no answer.'}`] : ['good', 'All servers are healthy.'];
}

/** Looks once a second, while somebody looks at the page. */
async function look(): Promise<void> {
  if (!document.hidden) await change().catch(() => undefined); // a server that is away is seen elsewhere
  setTimeout(look, 1000);
}
void look();
