import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

/**
 * Returns a response that is sent with a reply of Fastify, so that its headers and its `onSend`
 * hooks apply. An event stream cannot pass through these hooks: it gets only the headers.
 */
export function replyResponse(reply: FastifyReply): ServerResponse {
  const { raw } = reply;
  let head: { readonly status: number; readonly headers: OutgoingHttpHeaders } | undefined;
  let isStream = false;
  const overrides: Record<string, unknown> = {
    writeHead(status: number, headers: OutgoingHttpHeaders = {}): void {
      head = { status, headers };
    },
    flushHeaders(): void {
      if (!isStream) startStream();
      raw.flushHeaders();
    },
    write(chunk: string | Uint8Array): boolean {
      if (!isStream) startStream();
      return raw.write(chunk);
    },
    end(body: string | Uint8Array = ''): void {
      if (isStream) raw.end(body);
      else if (!raw.destroyed) {
        const { status = 200, headers = {} } = head ?? {};
        const isText = typeof body === 'string';
        void reply
          .code(status)
          .headers(headers)
          .send(isText ? body : Buffer.from(body));
      }
    },
  };
  function startStream(): void {
    isStream = true;
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) raw.setHeader(name, value);
    }
    raw.writeHead(head?.status ?? 200, head?.headers);
  }
  return new Proxy(raw, {
    get(target, name) {
      if (name === 'headersSent') return head !== undefined || target.headersSent;
      if (typeof name === 'string' && name in overrides) return overrides[name];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  }) as unknown as ServerResponse;
}
