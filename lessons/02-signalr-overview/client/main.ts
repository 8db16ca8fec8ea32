import './style.css';
import { ConnectionColumn, countFrames } from '@practical-signalr/lesson-kit/client';
import { typed, Walkthrough } from '@practical-signalr/lesson-kit/client';
import { HttpTransportType, HubConnectionBuilder, JsonHubProtocol } from '@microsoft/signalr';
import type { EchoClient, EchoServer } from '../contract.ts';

const { WebSockets, ServerSentEvents, LongPolling } = HttpTransportType;
const walk = new Walkthrough('.walk');

addConnection('WebSockets', WebSockets);
addConnection('ServerSentEvents', ServerSentEvents);
addConnection('LongPolling', LongPolling);
addConnection('Automatic', WebSockets | ServerSentEvents | LongPolling);

/** Adds a column to the page. The step of the same name opens its connection and calls `Echo`. */
function addConnection(name: string, transport: HttpTransportType): void {
  const column = new ConnectionColumn('#connections', name);
  let bytes = 0;
  const protocol = countFrames(new JsonHubProtocol(), (size) => {
    bytes += size;
    column.show('Received', `${bytes} bytes`);
  });

  const builder = new HubConnectionBuilder().withUrl('/echo', { transport });
  const connection = typed<EchoServer, EchoClient>(builder.withHubProtocol(protocol).build());

  connection.on('Tick', (count) => column.show('Tick', String(count)));
  connection.onclose(() => column.showState('bad', 'Disconnected'));

  walk.onAction(name, async () => {
    await connection.stop();
    column.observe(connection);
    await connection.start();
    column.showState('good', 'Connected');
    const start = performance.now();
    await connection.invoke('Echo', 'hello');
    column.show('Echo', `${(performance.now() - start).toFixed(1)} ms`);
  });
}
