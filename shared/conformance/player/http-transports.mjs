// Opens the HTTP transports of a player, and puts what they receive into its inboxes.
import { Inbox, pickHeaders } from './inbox.mjs';

// Opens an event stream.
export function openSse(player, name, path, headers = {}) {
  const box = new Inbox('json');
  player.inbox.set(name, box);
  const s = { raw: '', req: null };
  player.streams.set(name, s);
  return player.request({
    method: 'GET', path, headers: { accept: 'text/event-stream', ...headers }, agent: false,
    onStream: (res, req, resolve) => {
      s.req = req;
      const o = { status: res.statusCode, headers: pickHeaders(res.headers) };
      if (res.statusCode !== 200) {
        const parts = [];
        res.on('data', (d) => parts.push(d));
        res.on('end', () => resolve({ ...o, body: Buffer.concat(parts).toString() }));
        return;
      }
      req.setTimeout(0);
      let rest = '';
      res.on('data', (d) => {
        s.raw += d; rest += d;
        let i;
        while ((i = rest.search(/\r?\n\r?\n/)) >= 0) {
          const event = rest.slice(0, i); rest = rest.slice(i).replace(/^\r?\n\r?\n/, '');
          const data = event.split(/\r?\n/).filter((l) => l.startsWith('data:')).map((l) => l.slice(5).replace(/^ /, '')).join('\n');
          if (data) box.push(data, false);
        }
        box.wake();
      });
      res.on('end', () => box.end({ sse: 'end' }));
      res.on('error', () => box.end({ sse: 'cut' }));
      resolve(o);
    },
  }).catch((e) => ({ error: e.code ?? e.message }));
}

// Polls until the server closes the connection.
export async function pollLoop(player, name, path, headers, kind) {
  const box = new Inbox(kind);
  player.inbox.set(name, box);
  while (!box.closed) {
    let r;
    try { r = await player.request({ method: 'GET', path: `${path}&_=${++player.serial}`, headers }); } catch { box.end({ poll: 'cut' }); return; }
    if (r.status === 200) { if (r.body.length) box.push(r.body, kind === 'messagepack'); } else box.end({ status: r.status });
  }
}
