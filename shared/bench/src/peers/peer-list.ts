import { join } from 'node:path';
import { benchFolder, outFolder } from '../folders.ts';
import type { Peer } from './peer.ts';

const socketioServer = join(benchFolder, 'peers/socketio/server.mjs');

/** The built assembly of the ASP.NET Core peer. */
export const aspnetcoreAssembly = join(outFolder, 'aspnetcore/Bench.dll');

const words = (...parts: (string | number | undefined)[]): string[] =>
  parts.filter((part) => part !== undefined).map(String);

/** Returns the command of this package's own servers, which run the built code. */
const ownServer = (file: string, ...parts: (string | number | undefined)[]): string[] =>
  words(process.execPath, join(benchFolder, 'dist/peers/servers', file), ...parts);

/** Returns the peer that runs our server from the build in a folder. */
export const createOwnPeer = (name: string, description: string, file: string): Peer => ({
  name,
  description,
  protocol: 'json',
  path: '/bench',
  abilities: [
    'negotiate',
    'messagepack',
    'http-transports',
    'plain-stream',
    'redis',
    'reconnect',
    'streams',
  ],
  command: (port, redis) => words(process.execPath, file, port, redis),
});

/** The file of the built server of the peer `ours`. */
export const ownServerFile = join(benchFolder, 'dist/peers/servers/signalr-server.js');

const aspnetcore: Peer = {
  name: 'aspnetcore',
  description: 'ASP.NET Core SignalR with its default options',
  protocol: 'json',
  path: '/bench',
  abilities: ['negotiate', 'messagepack', 'http-transports', 'redis', 'reconnect', 'streams'],
  requires: 'dotnet',
  command: (port, redis) => words('dotnet', aspnetcoreAssembly, port, redis),
};

const floor: Peer = {
  name: 'floor',
  description: 'the minimum that a SignalR server on Node does, without options and limits',
  protocol: 'json',
  path: '/bench',
  abilities: ['negotiate', 'streams'],
  command: (port) => ownServer('floor-server.js', port),
};

const socketio: Peer = {
  name: 'socketio',
  description: 'Socket.IO with the WebSocket transport only. It has no negotiation',
  protocol: 'socketio',
  path: '/bench/',
  abilities: ['redis', 'reconnect', 'streams'],
  requires: 'socketio',
  command: (port, redis) => words(process.execPath, socketioServer, port, redis),
};

const webSocketForms = {
  'ws-naive': 'the ws library without a hub protocol, one send for each client',
  'ws-prebuilt': 'ws with frames that are built once and written to each client',
  'ws-batched': 'ws with one write for each client and turn of the event loop',
};

/** All peers, in the order of the columns of the report. */
export const peers: readonly Peer[] = [
  createOwnPeer('ours', 'this server with its default options', ownServerFile),
  aspnetcore,
  floor,
  socketio,
  ...Object.entries(webSocketForms).map(([name, description]): Peer => ({
    name,
    description,
    protocol: 'plain',
    path: '/bench',
    abilities: ['streams'],
    command: (port) => ownServer('ws-server.js', port, name.replace('ws-', '')),
  })),
];
