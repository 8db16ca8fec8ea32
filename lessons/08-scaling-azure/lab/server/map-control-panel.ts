import type { AddressInfo } from 'node:net';
import type { Lesson } from '@practical-signalr/lesson-kit';
import {
  controlPanelRouter,
  describeInstances,
  type Instance,
  InstanceGroup,
  onDemand,
} from '@practical-signalr/lesson-kit/instances';
import { z } from 'zod';
import { key } from '../../server/token.ts';
import { sendFromAnotherApp } from './another-app.ts';
import type { ControlPanel } from './control-panel.ts';
import { describeDrawing } from './describe-drawing.ts';
import { startOtherApps } from './other-apps.ts';
import { service } from './service.ts';

const command = z
  .object({
    start: z.literal(true),
    kill: z.literal('instance 2'),
    dotnet: z.literal('running'),
    anotherApp: z.object({ applicationName: z.enum(['', 'shop']) }),
  })
  .partial();

const main = new URL('../../server/main.ts', import.meta.url);
const project = new URL('../dotnet/MessageServer.csproj', import.meta.url);

/** Maps the control panel, which starts a second instance, and the apps with a fault. */
export function mapControlPanel({ app, server }: Lesson): void {
  const environment = { TOKEN_KEY: key };
  const others = new InstanceGroup({ main, names: ['instance 2'], environment });
  const look = async (): Promise<ControlPanel> => {
    const { port } = server.address() as AddressInfo;
    const first = { name: 'instance 1', url: `http://127.0.0.1:${port}` } as Instance;
    const panel = {
      instances: await describeInstances([first, ...(await others.ready())]),
      service: { description: service.description, isEmulator: service.emulator !== undefined },
    };
    const drawing = describeDrawing(panel);
    return { ...panel, drawing, deliveredBy: 'the service', dotnet: others.dotnet };
  };
  const change = async (changed: z.infer<typeof command>): Promise<void> => {
    if (changed.kill !== undefined) await others.kill(changed.kill);
    if (changed.start) await others.start();
    if (changed.dotnet) await others.startDotnet(project);
    if (changed.anotherApp) await sendFromAnotherApp(changed.anotherApp.applicationName);
  };
  app.use('/control-panel', controlPanelRouter(command, { look, change }));
  app.use(onDemand(['/small', '/wrong'], () => startOtherApps(service.endpoint)).handler);
}
