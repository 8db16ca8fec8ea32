// Socket.IO with the WebSocket transport only. Usage: node server.mjs PORT [REDIS_HOST:PORT]
import { createServer } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Server } from 'socket.io';

/** The number of sends between two checks of the buffers. */
const SENDS_PER_TURN = 16;
const ITEMS_PER_TURN = 64;
/** The number of packets that may wait for one client before the sender waits, too. */
const MAX_BUFFERED_PACKETS = 256;

const [port, redis] = process.argv.slice(2);
const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false, path: '/bench' });
if (redis !== undefined) {
  const { createAdapter } = await import('@socket.io/redis-adapter');
  const { createClient } = await import('redis');
  const publisher = createClient({ url: `redis://${redis}` });
  const subscriber = publisher.duplicate();
  for (const client of [publisher, subscriber])
    client.on('error', (error) => console.error(String(error)));
  await Promise.all([publisher.connect(), subscriber.connect()]);
  io.adapter(createAdapter(publisher, subscriber));
}

const hasSlowClient = () =>
  [...io.of('/').sockets.values()].some(
    ({ conn }) => conn.writeBuffer.length > MAX_BUFFERED_PACKETS,
  );

/**
 * Waits if the buffers are full. Socket.IO has no backpressure, so a burst would otherwise fill the
 * memory.
 */
async function pauseAfter(index, count) {
  if (index % SENDS_PER_TURN !== SENDS_PER_TURN - 1 || count === 1) return;
  do await nextTurn();
  while (hasSlowClient());
}

io.on('connection', (socket) => {
  socket.on('Echo', (text, acknowledge) => acknowledge(text));
  socket.on('Broadcast', async (count, payload, acknowledge) => {
    for (let i = 0; i < count; i++) {
      io.emit('m', payload);
      await pauseAfter(i, count);
    }
    acknowledge(count);
  });
  socket.on('JoinGroup', async (name, acknowledge) => {
    await socket.join(name);
    acknowledge(1);
  });
  socket.on('GroupSend', async (count, groups, payload, acknowledge) => {
    for (let i = 0; i < count; i++) {
      io.to(`g${Math.floor(Math.random() * groups)}`).emit('m', payload);
      await pauseAfter(i, count);
    }
    acknowledge(count);
  });
  socket.on('Stream', async (count, acknowledge) => {
    for (let i = 0; i < count; i++) {
      socket.emit('i', i);
      if (i % ITEMS_PER_TURN !== ITEMS_PER_TURN - 1) continue;
      do await nextTurn();
      while (socket.conn.writeBuffer.length > MAX_BUFFERED_PACKETS);
    }
    acknowledge(count);
  });
});
http.listen(Number(port), '127.0.0.1', 4096);
