import {
  countFrames,
  type ObservedRequest,
  observeRequests,
  useConnection,
} from '@practical-signalr/lesson-kit/client';
import {
  HttpTransportType,
  type IHttpConnectionOptions,
  type IHubProtocol,
  JsonHubProtocol,
} from '@microsoft/signalr';

const { WebSockets, ServerSentEvents, LongPolling } = HttpTransportType;

/** The transports between which a client chooses by default. */
export const AUTOMATIC = WebSockets | ServerSentEvents | LongPolling;

/** How a connection is opened. */
export interface ConnectOptions extends IHttpConnectionOptions {
  /** Default: JSON. */
  readonly protocol?: IHubProtocol;
}

/**
 * Opens a connection, calls `Echo`, and returns the requests and the size of the answer, for
 * example `negotiate 200, websocket 101. The answer of Echo has 47 bytes.`
 */
export async function connect(
  url: string,
  transport: HttpTransportType,
  { protocol = new JsonHubProtocol(), ...options }: ConnectOptions = {},
): Promise<string> {
  const requests: ObservedRequest[] = [];
  // Each attempt has its own address, so that requests of other attempts are ignored.
  const attempt = crypto.randomUUID();
  const stopObserving = observeRequests((request) => {
    if (request.attempt === attempt && !requests.includes(request)) requests.push(request);
  });
  let size = 0;
  countFrames(protocol, (bytes) => {
    size = bytes;
  });
  try {
    await useConnection(
      `${url}?attempt=${attempt}`,
      async ({ connection }) => {
        await connection.invoke('Echo', 'hello');
        stopObserving();
      },
      {
        ...options,
        transport,
        configure: (builder) => builder.withHubProtocol(protocol),
      },
    );
    return `${requests.map(describe).join(', ')}. The answer of Echo has ${size} bytes.`;
  } finally {
    stopObserving();
  }
}

const describe = ({ kind, status, failed }: ObservedRequest): string =>
  `${kind} ${failed === true ? 'refused' : (status ?? 'waits')}`;
