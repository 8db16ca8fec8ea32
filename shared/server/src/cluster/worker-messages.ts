import type { CompletionMessage } from '@practical-signalr/protocol';

/** The receivers of a message in every worker. */
export type WorkerTarget =
  | { readonly kind: 'all' }
  | { readonly kind: 'connections' | 'groups' | 'users'; readonly names: readonly string[] };

/** A message that workers deliver to their clients. Its bytes are encoded once per hub protocol. */
export interface SendMessage {
  readonly type: 'send';
  readonly target: WorkerTarget;
  readonly excludedIds: readonly string[];
  readonly encoded: ReadonlyMap<string, Uint8Array>;
}

/** A question to the worker that holds a connection. Every worker replies. */
export interface QueryMessage {
  readonly type: 'query';
  readonly id: number;
  readonly connectionId: string;
  readonly command: GroupCommand | InvokeCommand;
}

export interface GroupCommand {
  readonly kind: 'addToGroup' | 'removeFromGroup';
  readonly group: string;
}

export interface InvokeCommand {
  readonly kind: 'invoke';
  readonly invocationId: string;
  readonly encoded: ReadonlyMap<string, Uint8Array>;
}

/** The reply to a query: whether this worker holds the connection. */
export interface ReplyMessage {
  readonly type: 'reply';
  readonly id: number;
  readonly isHolder: boolean;
}

/** The result of an invoked client. Undefined if the client has disconnected. */
export interface ResultMessage {
  readonly type: 'result';
  readonly connectionId: string;
  readonly invocationId: string;
  readonly completion: CompletionMessage | undefined;
}

/** A request to close connections. Every worker closes those that it holds. */
export interface CloseMessage {
  readonly type: 'close';
  readonly kind: 'connections' | 'users';
  readonly name: string;
}

/** What the lifetime managers of one hub send to each other. */
export type WorkerMessage =
  | SendMessage
  | QueryMessage
  | ReplyMessage
  | ResultMessage
  | CloseMessage;
