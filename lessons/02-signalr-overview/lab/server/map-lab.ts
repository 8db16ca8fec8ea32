import { blockUpgrades, blockUpgradesOnOption, type Lesson } from '@practical-signalr/lesson-kit';
import { EchoHub, methods } from '../../server/hub.ts';

/** Maps the hubs of the lab, each with its own limit. */
export function mapLab({ server, signalr }: Lesson): void {
  blockUpgradesOnOption(server, '/echo');
  signalr.mapHub('/lab/blocked', EchoHub, { methods });
  blockUpgrades(server, '/lab/blocked');
  const transports = ['ServerSentEvents', 'LongPolling'] as const;
  signalr.mapHub('/lab/without-web-sockets', EchoHub, { methods, transports });
  signalr.mapHub('/lab/long-polling', EchoHub, { methods, transports: ['LongPolling'] });
}
