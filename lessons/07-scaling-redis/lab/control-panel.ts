import {
  connectControlPanel,
  drawServers,
  missingInstance,
  showDotnet,
  showHealth,
  showState,
} from '@practical-signalr/lesson-kit/client';
import { drawChannels } from './draw-channels.ts';
import type { ControlPanel } from './server/control-panel.ts';

const element = <TElement extends Element>(id: string): TElement =>
  document.querySelector<TElement>(`#${id}`)!;
const picture = element<SVGElement>('picture');
const balancer = element<HTMLSelectElement>('balancer');
const backplane = element<HTMLSelectElement>('backplane');
const redis = element<HTMLButtonElement>('redis');
const kill = element<HTMLButtonElement>('kill');
const dotnet = element<HTMLButtonElement>('dotnet');

/** Changes the control panel, or only reads it. */
export const { change, onUse } = connectControlPanel<ControlPanel>(draw);
onUse(balancer, () => ({ balancer: balancer.value }));
onUse(backplane, () => ({ backplane: backplane.value }));
onUse(redis, () => ({ redis: redis.dataset['command'] }));
onUse(kill, () => (kill.dataset['missing'] ? { start: true } : { kill: 'instance 1' }));
onUse(dotnet, () => ({ dotnet: 'running' }));

function draw(panel: ControlPanel): void {
  const { view, kind, description } = panel.redis;
  balancer.value = panel.balancer;
  backplane.value = panel.backplane;
  drawRedisButton(kind === 'given', view !== undefined);
  const missing = missingInstance(panel.instances);
  kill.textContent = missing ? `Start ${missing} again` : 'Kill instance 1';
  kill.dataset['missing'] = missing ?? '';
  showDotnet(dotnet, panel.dotnet);
  const running = kind === 'in-process' ? 'warn' : 'good';
  showState(view ? running : 'bad', description, '#redis-state');
  showHealth(panel.instances);
  drawServers(picture, { ...panel.drawing, here: '' });
  drawChannels('#channels', view?.channels ?? []);
}

function drawRedisButton(isGiven: boolean, isRunning: boolean): void {
  redis.disabled = isGiven;
  redis.dataset['command'] = isRunning ? 'stopped' : 'running';
  if (isGiven) redis.textContent = 'REDIS_URL is set: stop it yourself';
  else redis.textContent = isRunning ? 'Stop Redis' : 'Start Redis';
}
