import { randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { createTextFrame } from './text-frame.ts';
import { TurnOutput, TurnWriter } from './turn-writer.ts';

// The minimum that a SignalR server on Node does: JSON over WebSockets, the methods of the
// benchmark by name, no options, no limits and no authorization. A real server that reads with ws
// cannot need less. Usage: node floor-server.js PORT

const RECORD_SEPARATOR = '\u001e';
const ITEMS_PER_TURN = 1024;

interface ClientMessage {
  readonly type: number;
  readonly invocationId: string;
  readonly target: string;
  readonly arguments: readonly [unknown, unknown?, unknown?];
}

const writer = new TurnWriter();
const connections = new Set<TurnOutput>();
const groups = new Map<string, Set<TurnOutput>>();

const frameOf = (payload: unknown): Buffer =>
  createTextFrame(
    `{"type":1,"target":"m","arguments":[${JSON.stringify(payload)}]}${RECORD_SEPARATOR}`,
  );

async function broadcast(count: number, payload: unknown): Promise<number> {
  for (let i = 0; i < count; i++) await writer.sendToAll(connections, frameOf(payload));
  return count;
}

async function sendToGroups(count: number, groupCount: number, payload: unknown): Promise<number> {
  for (let i = 0; i < count; i++) {
    const members = groups.get(`g${Math.floor(Math.random() * groupCount)}`);
    if (members !== undefined) await writer.sendToAll(members, frameOf(payload));
  }
  return count;
}

function joinGroup(connection: TurnOutput, name: string): number {
  const members = groups.get(name);
  if (members === undefined) groups.set(name, new Set([connection]));
  else members.add(connection);
  return 1;
}

async function stream(connection: TurnOutput, id: string, count: number): Promise<void> {
  const head = `{"type":2,"invocationId":${JSON.stringify(id)},"item":`;
  for (let i = 0; i < count; i++) {
    connection.sendText(`${head}${i}}${RECORD_SEPARATOR}`);
    if (i % ITEMS_PER_TURN === ITEMS_PER_TURN - 1) await writer.waitFor(connection);
  }
  connection.sendText(`{"type":3,"invocationId":${JSON.stringify(id)}}${RECORD_SEPARATOR}`);
}

function complete(connection: TurnOutput, id: string, result: unknown): void {
  const parts = `"invocationId":${JSON.stringify(id)},"result":${JSON.stringify(result)}`;
  connection.sendText(`{"type":3,${parts}}${RECORD_SEPARATOR}`);
}

async function answerLater(
  connection: TurnOutput,
  id: string,
  result: Promise<number>,
): Promise<void> {
  complete(connection, id, await result);
}

function handleMessage(connection: TurnOutput, message: ClientMessage): void {
  const { invocationId: id, target, arguments: values } = message;
  if (message.type === 4) void stream(connection, id, values[0] as number);
  if (message.type !== 1) return;
  const count = values[0] as number;
  if (target === 'Echo') complete(connection, id, values[0]);
  if (target === 'JoinGroup') complete(connection, id, joinGroup(connection, values[0] as string));
  if (target === 'Broadcast') void answerLater(connection, id, broadcast(count, values[1]));
  if (target === 'GroupSend')
    void answerLater(connection, id, sendToGroups(count, values[1] as number, values[2]));
}

function serve(webSocket: WebSocket, socket: Socket): void {
  const connection = new TurnOutput(socket, writer);
  let hasHandshake = false;
  webSocket.on('message', (data: Buffer) => {
    for (const record of data.toString('utf8').split(RECORD_SEPARATOR)) {
      if (record === '') continue;
      if (hasHandshake) {
        handleMessage(connection, JSON.parse(record) as ClientMessage);
      } else {
        hasHandshake = true;
        connections.add(connection);
        connection.sendText(`{}${RECORD_SEPARATOR}`);
      }
    }
  });
  webSocket.on('close', () => {
    connections.delete(connection);
    for (const members of groups.values()) members.delete(connection);
  });
  webSocket.on('error', () => undefined);
}

function negotiate(response: ServerResponse): void {
  const body = JSON.stringify({
    negotiateVersion: 1,
    connectionId: randomBytes(16).toString('base64url'),
    connectionToken: randomBytes(16).toString('base64url'),
    availableTransports: [{ transport: 'WebSockets', transferFormats: ['Text', 'Binary'] }],
  });
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  response.writeHead(200, headers).end(body);
}

const http = createServer(({ method }, response) => {
  if (method === 'POST') negotiate(response);
  else response.writeHead(404).end();
});
const webSockets = new WebSocketServer({
  noServer: true,
  perMessageDeflate: false,
  clientTracking: false,
});
http.on('upgrade', (request, socket, head) => {
  webSockets.handleUpgrade(request, socket, head, (webSocket) => {
    request.socket.setNoDelay(true);
    serve(webSocket, request.socket);
  });
});
http.listen(Number(process.argv[2]), '127.0.0.1', 4096);
