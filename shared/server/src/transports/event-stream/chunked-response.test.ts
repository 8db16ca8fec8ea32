import { once } from 'node:events';
import {
  createServer,
  get,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { bodySink } from './chunked-response.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(answer: (response: ServerResponse) => void): Promise<number> {
  const server = createServer((_request, response) => answer(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return (server.address() as AddressInfo).port;
}

async function readBody(port: number): Promise<{ response: IncomingMessage; body: string }> {
  const [response] = (await once(get({ port, host: '127.0.0.1' }), 'response')) as [
    IncomingMessage,
  ];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { response, body };
}

const parts = ['a', 'x'.repeat(4096), 'y'.repeat(5000), 'Grüße', 'end'];

function writeParts(response: ServerResponse): void {
  response.writeHead(200);
  response.write(':\r\n');
  const sink = bodySink(response);
  for (const part of parts) sink.write(Buffer.from(part));
  response.end();
}

test('a chunked body arrives, whatever the size of its chunks, and the connection stays', async () => {
  const { response, body } = await readBody(await serve(writeParts));
  expect(body).toBe(`:\r\n${parts.join('')}`);
  expect(response.headers['transfer-encoding']).toBe('chunked');
  expect(response.headers.connection).toBe('keep-alive');
  expect(response.complete).toBe(true);
});

test('a body for a client of HTTP/1.0 is not chunked', async () => {
  const socket = connect(await serve(writeParts), '127.0.0.1');
  socket.end('GET / HTTP/1.0\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  expect(text.split('\r\n\r\n').slice(1).join('\r\n\r\n')).toBe(`:\r\n${parts.join('')}`);
});

test('middleware that replaces write receives the bytes without the encoding', async () => {
  const written: string[] = [];
  const port = await serve((response) => {
    const write = response.write.bind(response) as (chunk: Uint8Array) => boolean;
    response.write = (chunk: Uint8Array) => {
      written.push(Buffer.from(chunk).toString());
      return write(chunk);
    };
    writeParts(response);
  });
  await readBody(port);
  expect(written.slice(1)).toEqual(parts);
});

test('the sink reports what the operating system has not accepted', async () => {
  let unsent = 0;
  const port = await serve((response) => {
    response.writeHead(200);
    response.write(':\r\n');
    const sink = bodySink(response);
    sink.write(Buffer.alloc(4096, 'x'));
    unsent = sink.writableLength;
    response.end();
  });
  await readBody(port);
  expect(unsent).toBeGreaterThan(4096);
});
