import './style.css';
import {
  addExperiment,
  countFrames,
  type ObservedRequest,
  observeRequests,
  showState,
  typed,
} from '@practical-signalr/lesson-kit/client';
import {
  HttpTransportType,
  type HubConnection,
  HubConnectionBuilder,
  JsonHubProtocol,
} from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import type { EchoClient, EchoServer } from '../contract.ts';
import './by-hand.ts';

const automatic =
  HttpTransportType.WebSockets | HttpTransportType.ServerSentEvents | HttpTransportType.LongPolling;
addExperiment('#transports', 'automatic', () => connect(automatic));
addExperiment('#transports', 'WebSockets', () => connect(HttpTransportType.WebSockets));
addExperiment('#transports', 'Server-Sent Events', () =>
  connect(HttpTransportType.ServerSentEvents),
);
addExperiment('#transports', 'Long Polling', () => connect(HttpTransportType.LongPolling));
addExperiment('#transports', 'automatic, no negotiation', () => connect(automatic, true));

let current: HubConnection | undefined;

/** Takes the place of the connection before; tells what it took to connect and to call `Echo`. */
async function connect(transport: HttpTransportType, skipNegotiation = false): Promise<string> {
  await current?.stop();
  const requests: ObservedRequest[] = [];
  const end = observeRequests((request) => {
    if (request.status === undefined && request.failed !== true) requests.push(request); // it begins
  });
  let bytes = 0;
  const isBinary = document.querySelector<HTMLInputElement>('#binary')!.checked;
  const protocol = countFrames(
    isBinary ? new MessagePackHubProtocol() : new JsonHubProtocol(),
    (size) => {
      bytes = size;
    },
  );

  const builder = new HubConnectionBuilder()
    .withUrl('/echo', { transport, skipNegotiation })
    .withHubProtocol(protocol);
  const connection = typed<EchoServer, EchoClient>((current = builder.build()));

  connection.on('Tick', (n) => showState('good', `Connected, tick ${n}`));
  connection.onclose(() => showState('warn', 'Not connected'));
  try {
    await connection.start();
    showState('good', 'Connected');
    const began = performance.now();
    await connection.invoke('Echo', 'hello');
    const took = performance.now() - began;
    return `${requests.map(inWords).join(', ')}. Echo took ${took.toFixed(1)} ms, its answer ${bytes} bytes.`;
  } finally {
    end();
  }
}

const inWords = ({ kind, status, failed }: ObservedRequest): string =>
  `${kind} ${failed === true ? 'refused' : (status ?? 'waits')}`;

document.querySelector<HTMLButtonElement>('#transports button')!.click();
