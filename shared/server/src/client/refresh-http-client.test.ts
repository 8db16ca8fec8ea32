import { HttpClient, HttpResponse } from '@microsoft/signalr';
import { expect, test } from 'vitest';
import { RefreshHttpClient } from './refresh-http-client.ts';

/** Answers each request with the same content. */
class FixedHttpClient extends HttpClient {
  readonly #content: string | ArrayBuffer;

  constructor(content: string | ArrayBuffer) {
    super();
    this.#content = content;
  }

  override send(): Promise<HttpResponse> {
    return Promise.resolve(new HttpResponse(200, 'OK', this.#content as string));
  }
}

test.each(['null', '1', '"text"', '[]', 'true', '<html>', ''])(
  'the negotiate response %j is left to the official client',
  async (content) => {
    const client = new RefreshHttpClient(new FixedHttpClient(content));
    const request = { method: 'POST', url: 'http://localhost/hub/negotiate' };
    expect((await client.send(request)).content).toBe(content);
    expect(client.negotiated).toBeUndefined();
  },
);

test('a negotiate response that is not text is left to the official client', async () => {
  const content = new ArrayBuffer(2);
  const client = new RefreshHttpClient(new FixedHttpClient(content));
  const response = await client.send({ method: 'POST', url: 'http://localhost/hub/negotiate' });
  expect(response.content).toBe(content);
  client.useTransportToken('token'); // Without a connection, there is nothing to change.
  expect(client.negotiated).toBeUndefined();
});
