import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request of the service. */
export interface UpstreamCall {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An endpoint that records requests and answers as a test requires. */
export interface RecordingUpstream {
  readonly url: string;
  readonly calls: UpstreamCall[];
  /** Answers a request. Default: 200 without a body. */
  answer: (call: UpstreamCall, response: ServerResponse) => void;
  close(): Promise<void>;
}

export async function recordingUpstream(): Promise<RecordingUpstream> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const call = { url: request.url ?? '', headers: request.headers, body: Buffer.concat(parts) };
      upstream.calls.push(call);
      upstream.answer(call, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const upstream: RecordingUpstream = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    answer: (_call, response) => response.end(),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return upstream;
}
