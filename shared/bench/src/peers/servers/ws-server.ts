import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { createTextFrame } from './text-frame.ts';
import { TurnOutput, TurnWriter } from './turn-writer.ts';

// The ws library without a hub protocol. Usage: node ws-server.js PORT naive|prebuilt|batched
// naive: ws.send(text) for each socket, which frames every send.
// prebuilt: the frame is built once, and the same buffer is written to each socket.
// batched: prebuilt, and everything for a socket in one turn of the event loop is one write.

const SENDS_PER_TURN = 16;
const MAX_UNSENT_BYTES = 64 * 1024;

const [, , port, form = 'naive'] = process.argv;
const writer = new TurnWriter();

class Connection extends TurnOutput {
  readonly webSocket: WebSocket;

  constructor(webSocket: WebSocket, socket: Socket) {
    super(socket, writer);
    this.webSocket = webSocket;
  }
}

const connections = new Set<Connection>();
const groups = new Map<string, Set<Connection>>();

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function sendOne(connection: Connection, text: string): void {
  if (form === 'batched') connection.sendFrame(createTextFrame(text));
  else connection.webSocket.send(text);
}

function sendToAll(targets: Iterable<Connection>, text: string): void {
  if (form === 'naive') {
    for (const { webSocket } of targets) webSocket.send(text);
    return;
  }
  const frame = createTextFrame(text);
  for (const { socket } of targets) socket.write(frame);
}

async function waitForSlow(targets: Iterable<Connection>): Promise<void> {
  await nextTurn();
  for (const { socket } of targets)
    while (socket.writableLength > MAX_UNSENT_BYTES) await nextTurn();
}

async function sendMany(
  count: number,
  chooseTargets: () => ReadonlySet<Connection>,
  payload: string,
): Promise<void> {
  for (let i = 0; i < count; i++) {
    const targets = chooseTargets();
    if (form === 'batched') {
      await writer.sendToAll(targets, createTextFrame(`m${payload}`));
    } else {
      sendToAll(targets, `m${payload}`);
      if (i % SENDS_PER_TURN === SENDS_PER_TURN - 1) await waitForSlow(targets);
    }
  }
}

async function stream(connection: Connection, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    sendOne(connection, `i${i}`);
    if (i % 256 === 255) await waitForSlow([connection]);
  }
}

function join(connection: Connection, name: string): void {
  const members = groups.get(name);
  if (members === undefined) groups.set(name, new Set([connection]));
  else members.add(connection);
}

/** Runs a call, which is the first letter of a method, an id, two integers and a string. */
async function handleCall(connection: Connection, call: string): Promise<void> {
  const [head = '', first = '', second = ''] = call.split('|', 3);
  const text = call.slice(head.length + first.length + second.length + 3);
  const id = head.slice(1);
  const count = Number(first);
  switch (head[0]) {
    case 'E':
      sendOne(connection, `d${id}|${text}`);
      return;
    case 'B':
      await sendMany(count, () => connections, text);
      break;
    case 'J':
      join(connection, text);
      break;
    case 'G':
      await sendMany(count, () => randomGroup(Number(second)), text);
      break;
    case 'S':
      await stream(connection, count);
      break;
    default:
      return;
  }
  sendOne(connection, `d${id}`);
}

function randomGroup(count: number): ReadonlySet<Connection> {
  return groups.get(`g${Math.floor(Math.random() * count)}`) ?? new Set();
}

const http = createServer();
const webSockets = new WebSocketServer({
  server: http,
  perMessageDeflate: false,
  clientTracking: false,
});
webSockets.on('connection', (webSocket, { socket }) => {
  const connection = new Connection(webSocket, socket);
  connections.add(connection);
  webSocket.on('message', (data: Buffer) => void handleCall(connection, data.toString()));
  webSocket.on('error', () => undefined);
  webSocket.on('close', () => {
    connections.delete(connection);
    for (const members of groups.values()) members.delete(connection);
  });
});
http.listen(Number(port), '127.0.0.1', 4096);
