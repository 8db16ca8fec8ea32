import {
  drawServers,
  missingInstance,
  type ServersDrawing,
  showDotnet,
  showHealth,
  showState,
  connectControlPanel,
} from '@practical-signalr/lesson-kit/client';
import { drawChannels } from './draw-channels.ts';
import type { ControlPanel } from '../server/control-panel.ts';

/** The balancer knows this tab by it; a cookie would be the same for all tabs. */
export const client = (sessionStorage['client'] ??= crypto.randomUUID()) as string;

const element = <T extends HTMLElement>(id: string): T => document.querySelector<T>(`#${id}`)!;
const balancer = element<HTMLSelectElement>('balancer');
const backplane = element<HTMLSelectElement>('backplane');
const presence = element<HTMLInputElement>('presence');
const redis = element<HTMLButtonElement>('redis');
const kill = element<HTMLButtonElement>('kill');
const dotnet = element<HTMLButtonElement>('dotnet');
const places = element<HTMLSelectElement>('place');
const name = element<HTMLInputElement>('name');
name.value = new URLSearchParams(location.search).get('name') ?? name.value;

/** The server that this tab hangs on. */
let here = '';
export const currentInstance = (): string => here;
export function showInstance(instance: string): void {
  here = instance;
  void change();
}

function draw(panel: ControlPanel): void {
  const { view, kind, description } = panel.redis;
  balancer.value = panel.balancer;
  backplane.value = panel.backplane;
  presence.checked = panel.presence;
  presence.disabled = kind === 'in-process'; // it keeps nothing
  redis.textContent =
    kind === 'given' ? 'This Redis is not ours to stop' : view ? 'Stop Redis' : 'Start Redis';
  redis.disabled = kind === 'given';
  const missing = missingInstance(panel.instances);
  kill.textContent = missing ? `Start ${missing} again` : "Kill this tab's server";
  kill.disabled = !missing && here === '';
  showDotnet(dotnet, panel.dotnet);
  if (places.options.length !== panel.instances.length) {
    places.replaceChildren(...panel.instances.map((instance) => new Option(instance.name)));
  }
  places.value = here;
  places.disabled = panel.balancer === 'round-robin';
  showState(view ? (kind === 'in-process' ? 'warn' : 'good') : 'bad', description, '#redis-state');
  showHealth(panel.instances);
  drawServers(document.querySelector<SVGElement>('#picture')!, drawingOf(panel));
  drawChannels('#channels', view?.channels ?? []);
}

/** The course's picture, from what is. */
function drawingOf({
  instances,
  balancer: mode,
  backplane: plan,
  redis: { kind, view },
}: ControlPanel): ServersDrawing {
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
            name: kind === 'in-process' ? 'an in-process substitute for Redis' : 'Redis',
            note: view ? `${view.channels.length} channels, DBSIZE ${view.keys}` : '✕ away',
            state: view ? 'joined' : 'broken',
          },
  };
}

export const { change, onUse } = connectControlPanel<ControlPanel>(draw);
onUse(balancer, () => ({ balancer: balancer.value }), { connectAnew: true });
onUse(places, () => ({ move: { client, to: places.value } }), { connectAnew: true });
onUse(backplane, () => ({ backplane: backplane.value }));
onUse(presence, () => ({ presence: presence.checked }));
onUse(redis, () => ({ redis: redis.textContent === 'Stop Redis' ? 'stopped' : 'running' }));
onUse(kill, () => (kill.textContent?.startsWith('Kill') ? { kill: here } : { start: true }));
onUse(dotnet, () => ({ dotnet: 'running' }));
