import {
  HttpClient,
  type HttpRequest,
  HttpResponse,
  HubConnectionBuilder,
  LogLevel,
} from '@microsoft/signalr';
import { withAuthenticationRefresh } from '@practical-signalr/server/client';
import type { FuzzedParser } from '../fuzzing/fuzzed-parser.ts';
import { checkPrototype } from './check-prototype.ts';

/** Answers negotiations with an input, and refuses all other requests. */
class InputHttpClient extends HttpClient {
  content = '';

  override send(request: HttpRequest): Promise<HttpResponse> {
    if (!new URL(request.url ?? '').pathname.endsWith('/negotiate'))
      return Promise.reject(new Error('The input is a valid negotiation.'));
    return Promise.resolve(new HttpResponse(200, 'OK', this.content));
  }
}

/** A transport that refuses to connect, so that no input opens a socket. */
class RefusingTransport {
  constructor() {
    throw new Error('The input is a valid negotiation.');
  }
}

const connectionOptions = {
  accessTokenFactory: () => 'token',
  WebSocket: RefusingTransport as unknown as typeof WebSocket,
  EventSource: RefusingTransport as unknown as typeof EventSource,
};

/** The negotiate response of a server, as the client with a refreshed token reads it. */
export const negotiateResponseParser: FuzzedParser = {
  name: 'negotiate-response',
  description: 'negotiate responses, which the client of server/client reads',
  inputsInTest: 500,
  sizes: [1000, 8000],
  growing: {
    'a long token': (size) => [Buffer.from(`{"connectionToken":"${'a'.repeat(size)}"}`)],
    'many transports': (size) => [
      Buffer.from(`{"connectionId":"a","availableTransports":[${'{},'.repeat(size / 3)}{}]}`),
    ],
  },
  start() {
    const httpClient = new InputHttpClient();
    return {
      async parse(chunks) {
        httpClient.content = Buffer.concat(chunks).toString('utf8');
        const builder = new HubConnectionBuilder()
          .withUrl('http://localhost/hub', { ...connectionOptions, httpClient })
          .configureLogging(LogLevel.None);
        const connection = withAuthenticationRefresh(builder).build();
        try {
          await connection.start();
        } catch (error) {
          checkPrototype({});
          return describeFailure(error, httpClient.content);
        }
        throw new Error('The client has connected.');
      },
    };
  },
};

/**
 * Returns what kind of failure an error of the official client is. It quotes the errors of the
 * client that reads the response first, which must not fail.
 */
function describeFailure(error: unknown, content: string): string {
  if (!(error instanceof Error) || error.message.includes('tokenLifetimeSeconds')) throw error;
  return isJson(content) ? 'JSON' : 'not JSON';
}

function isJson(content: string): boolean {
  try {
    JSON.parse(content);
    return true;
  } catch {
    return false;
  }
}
