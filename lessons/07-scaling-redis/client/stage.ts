import {
  drawChannels,
  drawServers,
  type ServersDrawing,
  showState,
  type StateKind,
} from '@practical-signalr/lesson-kit/client';
import type { Stage } from '../server/stage.ts';

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
const problem = element('problem');
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
  presence.disabled = kind === 'stand-in'; // it keeps nothing
  redis.textContent = kind === 'given' ? 'This Redis is not ours to stop' : view ? 'Stop Redis' : 'Start Redis';
  redis.disabled = kind === 'given';
  dotnet.textContent = dotnetTexts[stage.dotnet];
  dotnet.disabled = stage.dotnet !== 'installed';
  if (places.options.length !== stage.instances.length) {
    places.replaceChildren(...stage.instances.map((instance) => new Option(instance.name)));
  }
  places.value = here;
  places.disabled = stage.balancer === 'round-robin';
  showState(view ? (kind === 'stand-in' ? 'warn' : 'good') : 'bad', description, '#redis-state');
  showState(...healthOf(stage.instances), '#health');
  drawServers(document.querySelector<SVGElement>('#picture')!, drawingOf(stage));
  drawChannels(document.querySelector('#channels')!, view?.channels ?? []);
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
            note: view ? `${view.channels.length} channels, DBSIZE ${view.keys}` : '✕ away',
            state: view ? 'joined' : 'broken',
          },
  };
}

/** How the servers do, and what did not get from one to the others. */
function healthOf(instances: Stage['instances']): [StateKind, string] {
  const ill = instances.find(({ health: { status } }) => status !== 'Healthy')?.health;
  const lost = instances.filter(({ health: { lostSends = 0 } }) => lostSends > 0);
  const told = lost.map(({ name: server, health: { lostSends } }) => `${lostSends} by ${server}`);
  const text = ill ? `${ill.status}: ${ill.description ?? 'no answer.'}` : 'All servers are healthy.';
  return [ill ? 'bad' : 'good', told.length > 0 ? `${text} Sends lost: ${told.join(', ')}.` : text];
}

const dotnetTexts: Record<Stage['dotnet'], string> = {
  absent: 'No .NET SDK here: no C# server',
  installed: 'Let a C# server join',
  starting: 'The C# server is being built',
  running: 'A C# server has joined',
};

/** A switch or button that asks for something when it is used. */
function onUse(control: HTMLElement, wish: () => object, connectAnew = false): void {
  control.addEventListener(control instanceof HTMLButtonElement ? 'click' : 'change', async () => {
    problem.hidden = true;
    try {
      await change(wish());
      if (connectAnew) location.reload();
    } catch (error) {
      problem.hidden = false;
      problem.textContent = (error as Error).message;
    }
  });
}
onUse(balancer, () => ({ balancer: balancer.value }), true);
onUse(places, () => ({ move: { client, to: places.selectedIndex } }), true);
onUse(backplane, () => ({ backplane: backplane.value }));
onUse(presence, () => ({ presence: presence.checked }));
onUse(redis, () => ({ redis: redis.textContent === 'Stop Redis' ? 'stopped' : 'running' }));
onUse(dotnet, () => ({ dotnet: 'running' }));

/** Looks once a second, while somebody looks at the page. */
async function look(): Promise<void> {
  if (!document.hidden) await change().catch(() => undefined); // a server that is away is seen elsewhere
  setTimeout(look, 1000);
}
void look();
