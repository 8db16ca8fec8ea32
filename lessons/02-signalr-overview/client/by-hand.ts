import { addExperiment, redact } from '@practical-signalr/lesson-kit/client';

/** Ends every message. */
const RS = '\u001e';
const handshake = '{"protocol":"json","version":1}';
const call = '{"type":1,"invocationId":"1","target":"Echo","arguments":["by hand"]}';

let token = '';
let socket: WebSocket | undefined;

addExperiment('#by-hand', '1 negotiate', async () => {
  const response = await fetch('/echo/negotiate?negotiateVersion=1', { method: 'POST' });
  const answer = (await response.json()) as { connectionToken: string };
  token = answer.connectionToken;
  return redact(JSON.stringify(answer));
});
addExperiment('#by-hand', '2 open the WebSocket', async () => {
  if (token === '') return 'Negotiate first.';
  socket = await open(token);
  token = '';
  return 'It is open. The handshake must come within 15 s.';
});
addExperiment('#by-hand', '3 send the handshake', () => ask(handshake, /^\{\}/));
addExperiment('#by-hand', '4 call Echo', () => ask(call, /"type":3/));
addExperiment('#by-hand', 'handshake without 0x1E', async () => {
  const began = performance.now(); // the server's clock starts with the request, before the page hears that it is open
  const own = await open('');
  const said: string[] = [];
  own.addEventListener('message', ({ data }) => said.push(String(data).replaceAll(RS, ' [1E]')));
  own.send(handshake);
  const { code } = await new Promise<CloseEvent>((resolve) =>
    own.addEventListener('close', resolve),
  );
  return `After ${((performance.now() - began) / 1000).toFixed(1)} s: ${said.join(' ')} and close ${code}.`;
});
addExperiment('#by-hand', 'GET /echo', () => get('/echo'));
addExperiment('#by-hand', 'GET /echo?id=wrong', () => get('/echo?id=wrong'));

async function get(url: string): Promise<string> {
  const response = await fetch(url);
  return `${response.status} ${await response.text()}`;
}

async function open(id: string): Promise<WebSocket> {
  const opened = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/echo?id=${id}`);
  await new Promise((resolve, reject) => {
    opened.addEventListener('open', resolve);
    opened.addEventListener('error', () => reject(new Error('The WebSocket was refused.')));
  });
  return opened;
}

/** Sends a message and waits for the answer that looks like `expected`; ticks come in between. */
function ask(message: string, expected: RegExp): Promise<string> {
  const open = socket;
  if (open?.readyState !== WebSocket.OPEN) return Promise.resolve('Open the WebSocket first.');
  return new Promise((resolve) => {
    open.addEventListener('message', ({ data }) => {
      if (expected.test(String(data)))
        resolve(`↑ ${message} [1E] ↓ ${String(data).replaceAll(RS, ' [1E]')}`);
    });
    open.addEventListener('close', ({ code }) =>
      resolve(`The server closed the WebSocket with ${code}.`),
    );
    open.send(message + RS);
  });
}
