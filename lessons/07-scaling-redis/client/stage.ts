import { showState } from '@practical-signalr/lesson-kit/client';
import type { Stage } from '../server/stage.ts';
import { drawChannels } from './channels.ts';
import { drawPicture } from './picture.ts';

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
const place = element<HTMLSelectElement>('place');

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
  if (place.options.length !== stage.instances.length) {
    place.replaceChildren(...stage.instances.map(({ name }) => new Option(name)));
  }
  const here = document.body.dataset['instance'] ?? '';
  place.value = here;
  const keys = view ? `${view.keys} keys kept (DBSIZE)` : 'away';
  showState(view ? (kind === 'stand-in' ? 'warn' : 'good') : 'bad', `${description}: ${keys}`, '#redis-state');
  drawPicture(stage, here);
  drawChannels(view?.channels ?? []);
}

balancer.addEventListener('change', () => change({ balancer: balancer.value }));
backplane.addEventListener('change', () => change({ backplane: backplane.value }));
presence.addEventListener('change', () => change({ presence: presence.checked }));
redis.addEventListener('click', () => change({ redis: redis.textContent === 'Stop Redis' ? 'stopped' : 'running' }));
dotnet.addEventListener('click', async () => {
  dotnet.disabled = true;
  dotnet.textContent = 'Building the C# server';
  await change({ dotnet: 'running' });
});

/** Looks once a second, while somebody looks at the page. */
async function look(): Promise<void> {
  if (!document.hidden) await change().catch(() => undefined); // a server that is away is seen elsewhere
  setTimeout(look, 1000);
}
void look();
