import {
  connectControlPanel,
  drawServers,
  showDotnet,
  showHealth,
  showState,
} from '@practical-signalr/lesson-kit/client';
import type { ControlPanel } from './server/control-panel.ts';

const picture = document.querySelector<SVGElement>('#picture')!;
const second = document.querySelector<HTMLButtonElement>('#second')!;
const dotnet = document.querySelector<HTMLButtonElement>('#dotnet')!;

/** Changes the control panel, or only reads it. */
export const { change, onUse } = connectControlPanel<ControlPanel>(draw);
onUse(second, () => (second.dataset['running'] ? { kill: 'instance 2' } : { start: true }));
onUse(dotnet, () => ({ dotnet: 'running' }));

function draw(panel: ControlPanel): void {
  const isRunning = panel.instances.some(({ name }) => name === 'instance 2');
  second.textContent = isRunning ? 'Kill instance 2' : 'Start instance 2';
  second.dataset['running'] = isRunning ? 'true' : '';
  showDotnet(dotnet, panel.dotnet);
  showState('good', panel.service.description, '#service-state');
  showHealth(panel.instances, ['instance 1']);
  drawServers(picture, { ...panel.drawing, here: '' });
}
