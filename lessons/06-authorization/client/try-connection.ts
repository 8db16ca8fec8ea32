import { addExperiment } from '@practical-signalr/lesson-kit/client';
import {
  HttpTransportType,
  type HubConnection,
  HubConnectionBuilder,
  type IHttpConnectionOptions,
} from '@microsoft/signalr';
import { endOf, getToken } from './token.ts';

export const sockets = { transport: HttpTransportType.WebSockets };
export const reconnecting = { ...sockets, reconnect: true };
export const polling = { transport: HttpTransportType.LongPolling };
export const connects = async (): Promise<string> => 'It connects.';

/** A connection of its own for one press of a button. */
interface Trial {
  readonly connection: HubConnection;
  /** Marks its requests. */
  readonly attempt: string;
  /** What the client says at level Information, where it would stand in the console. */
  readonly log: string[];
  /** What the factory has handed out. */
  readonly tokens: string[];
}

/** A button that connects with tokens of some seconds, does something, and tells what came of it. */
export function tryConnection(
  name: string,
  url: string,
  { reconnect = false, ...options }: IHttpConnectionOptions & { reconnect?: boolean },
  seconds: string,
  use: (trial: Trial) => Promise<string>,
): void {
  addExperiment('#failures', name, async () => {
    const [attempt, log, tokens]: [string, string[], string[]] = [crypto.randomUUID(), [], []];
    const builder = new HubConnectionBuilder();
    if (reconnect) builder.withAutomaticReconnect([0]);
    const accessTokenFactory = async () => {
      const isLater = connection.state !== 'Connecting'; // then life goes on with a longer token
      return tokens[tokens.push(await getToken(isLater ? '60' : seconds)) - 1]!;
    };
    const logger = { log: (_level: number, line: string) => void log.push(line) };
    builder.withUrl(`${url}?attempt=${attempt}`, { accessTokenFactory, logger, ...options });
    const connection = builder.configureLogging(logger).build();
    try {
      await connection.start();
      return await use({ connection, attempt, log, tokens });
    } finally {
      await connection.stop();
    }
  });
}

/** Waits until a second after the end of a token. */
export function afterEndOf(token: string): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, endOf(token) + 1000 - Date.now()));
}
