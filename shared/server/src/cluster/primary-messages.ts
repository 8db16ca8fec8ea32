import type { WorkerMessage } from './worker-messages.ts';

/** Marks the messages of this package among those of the application. */
const MARK = 'practical-signalr';

/** Messages between the lifetime managers of a worker and the connection that workers share. */
interface BackplaneMessages {
  readonly kind: 'backplane';
  readonly messages: readonly unknown[];
}

/** What a worker sends to the primary process. */
export type ToPrimary =
  | { readonly kind: 'joined'; readonly socketPath: string }
  | { readonly kind: 'started' }
  | BackplaneMessages
  | {
      readonly kind: 'relay';
      /** Undefined for all other workers. */
      readonly worker: number | undefined;
      readonly hubName: string;
      readonly message: WorkerMessage;
    };

/** What the primary process sends to a worker. */
export type ToWorker =
  | { readonly kind: 'peers'; readonly peers: ReadonlyMap<number, string> }
  | { readonly kind: 'stop' }
  | BackplaneMessages
  | {
      readonly kind: 'relay';
      readonly from: number;
      readonly hubName: string;
      readonly message: WorkerMessage;
    };

/** A message as it is sent over IPC. */
export interface Envelope<TContent> {
  readonly mark: typeof MARK;
  readonly content: TContent;
}

export const wrap = <TContent>(content: TContent): Envelope<TContent> => ({ mark: MARK, content });

/** Returns the content of an envelope. Undefined for messages of the application. */
export function unwrap<TContent>(message: unknown): TContent | undefined {
  const envelope = message as Partial<Envelope<TContent>> | null | undefined;
  return typeof envelope === 'object' && envelope?.mark === MARK ? envelope.content : undefined;
}
