// Collects and reads the messages of one connection.
import { RS } from './dsl.mjs';
import { decode, split } from './msgpack.mjs';

const HEADERS = ['content-type', 'cache-control', 'pragma', 'expires', 'www-authenticate', 'location', 'content-encoding',
  'allow', 'sec-websocket-protocol', 'access-control-allow-origin', 'access-control-allow-credentials',
  'access-control-allow-headers', 'access-control-allow-methods', 'vary'];
export const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

export function pickHeaders(h, skip = []) {
  const o = {};
  for (const k of HEADERS) if (h[k] !== undefined && !skip.includes(k)) o[k] = Array.isArray(h[k]) ? h[k].join(', ') : h[k];
  return o;
}

// Collects the hub messages of one connection, whatever carried them.
export class Inbox {
  constructor(kind) { this.kind = kind; this.messages = []; this.text = ''; this.bytes = Buffer.alloc(0); this.closed = null; this.waiters = []; this.first = true; this.opcodes = new Set(); }
  wake() { for (const w of this.waiters.splice(0)) w(); }
  push(data, binary) {
    this.opcodes.add(binary ? 'binary' : 'text');
    if (this.kind === 'messagepack') {
      this.bytes = Buffer.concat([this.bytes, Buffer.from(data)]);
      if (this.first) {                       // the handshake response is JSON for every protocol
        const i = this.bytes.indexOf(0x1e);
        if (i < 0) return;
        this.messages.push({ text: this.bytes.toString('utf8', 0, i + 1) });
        this.bytes = this.bytes.subarray(i + 1);
        this.first = false;
      }
      const { frames, bodies, rest } = split(this.bytes);
      frames.forEach((f, n) => this.messages.push({ hex: f.toString('hex'), body: bodies[n] }));
      this.bytes = rest;
    } else {
      this.text += data.toString('utf8');
      let i;
      while ((i = this.text.indexOf(RS)) >= 0) { this.messages.push({ text: this.text.slice(0, i + 1) }); this.text = this.text.slice(i + 1); }
    }
    this.wake();
  }
  end(info) { this.closed ??= info; this.wake(); }
  async next(deadline) {
    while (this.messages.length === 0 && !this.closed) {
      const left = deadline - Date.now();
      if (left <= 0) return null;
      await Promise.race([new Promise((r) => this.waiters.push(r)), sleep(left)]);
    }
    return this.messages.shift() ?? null;
  }
}

export function parse(m) {
  try {
    if (m.text) { const j = JSON.parse(m.text.slice(0, -1)); return { type: j.type, id: j.invocationId, value: j }; }
    const a = decode(m.body);
    return { type: a[0], id: a[0] <= 5 ? a[2] : undefined, value: a };
  } catch { return {}; }
}
