import { Hub, SignalRServer } from '@practical-signalr/server';

class EchoHub extends Hub {
  echo(text) {
    return text;
  }
}

/** Returns a server with a hub at `/echo` that returns what it receives. */
export function echoServer() {
  const signalr = new SignalRServer();
  signalr.mapHub('/echo', EchoHub, { methods: ['echo'] });
  return signalr;
}

/** Attaches the hub to a server of Node and starts it. */
export function listen(signalr, server) {
  signalr.attach(server);
  server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening'));
}
