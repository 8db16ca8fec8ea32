import { drawServers, type ServersDrawing, showState } from '@practical-signalr/lesson-kit/client';
import type { Stage } from '../server/stage.ts';
import { drawChannels } from './channels.ts';

/** The balancer knows this tab by it; a cookie would be the same for all tabs. */
export const client = (sessionStorage['client'] ??= crypto.randomUUID()) as string;

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
const balancer = element<HTMLSelectElement>('balancer');
const backplane = element<HTMLSelectElement>('backplane');
const presence = element<HTMLInputElement>('presence');
const redis = element<HTMLButtonElement>('redis');
const dotnet = element<HTMLButtonElement>('dotnet');
const places = element<HTMLSelectElement>('place');
const name = element<HTMLInputElement>('name');
name.value = new URLSearchParams(location.search).get('name') ?? name.value;

/** The server that this tab hangs on. */
let here = '';
export const place = (): string => here;
export function standOn(instance: string): void {
  here = instance;
  void change();
}

function draw(stage: Stage): void {
  const { view, kind, description } = stage.redis;
  balancer.value = stage.balancer;
  backplane.value = stage.backplane;
  presence.checked = stage.presence;
  presence.disabled = kind === 'stand-in';
  redis.textContent = view ? 'Stop Redis' : 'Start Redis';
  redis.disabled = kind === 'given';
  dotnet.disabled = stage.dotnet !== 'installed';
  dotnet.textContent = stage.dotnet === 'absent' ? 'No .NET SDK here' : 'Let a C# server join';
  if (places.options.length !== stage.instances.length) {
    places.replaceChildren(...stage.instances.map((instance) => new Option(instance.name)));
  }
  places.value = here;
  places.disabled = stage.balancer === 'round-robin';
  const keys = view ? `${view.keys} keys kept (DBSIZE)` : 'away';
  showState(view ? (kind === 'stand-in' ? 'warn' : 'good') : 'bad', `${description}: ${keys}`, '#redis-state');
  const ill = stage.instances.filter(({ health }) => health.status !== 'Healthy');
  const told = ill.map(({ name: who, health: { status, description, lostSends = 0 } }) => {
    const lost = lostSends === 0 ? '' : ` ${lostSends} send${lostSends === 1 ? '' : 's'} lost.`;
    return `${who}: ${status}. ${description ?? ''}${lost}`;
  });
  showState(ill.length > 0 ? 'bad' : 'good', told.join(' ') || 'All servers are healthy', '#health');
  drawServers(document.querySelector<SVGElement>('#picture')!, drawingOf(stage));
  drawChannels(view?.channels ?? []);
}

/** The course's picture, from what is. */
function drawingOf({ instances, balancer: mode, backplane: plan, redis: { kind, view } }: Stage): ServersDrawing {
  return {
    servers: instances.map(({ name, url, webSockets, health: { status } }) => {
      return { name, note: `${status}, port ${new URL(url).port}`, clients: webSockets };
    }),
    here,
    balancer: `balancer: ${mode}`,
    takesTurns: mode === 'round-robin',
    backplane:
      plan === 'none'
        ? { name: 'no backplane', note: 'each server is alone', state: 'none' }
        : {
            name: kind === 'stand-in' ? 'a stand-in for Redis' : 'Redis',
            note: view ? `${view.channels.length} channels, ${view.keys} keys` : '✕ away',
            state: view ? 'joined' : 'broken',
          },
  };
}

balancer.addEventListener('change', () => connectAnew({ balancer: balancer.value }));
places.addEventListener('change', () => connectAnew({ move: { client, to: places.selectedIndex } }));
backplane.addEventListener('change', () => change({ backplane: backplane.value }));
presence.addEventListener('change', () => change({ presence: presence.checked }));
redis.addEventListener('click', () => change({ redis: redis.textContent === 'Stop Redis' ? 'stopped' : 'running' }));
dotnet.addEventListener('click', async () => {
  dotnet.disabled = true;
  dotnet.textContent = 'Building the C# server';
  await change({ dotnet: 'running' });
});

async function connectAnew(wish: object): Promise<void> {
  await change(wish);
  location.reload();
}

/** Looks once a second, while somebody looks at the page. */
async function look(): Promise<void> {
  if (!document.hidden) await change().catch(() => undefined); // a server that is away is seen elsewhere
  setTimeout(look, 1000);
}
void look();
