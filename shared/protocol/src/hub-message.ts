/**
 * Numbers of the hub messages on the wire. Source: HubProtocol.md of ASP.NET Core, "Message types".
 */
export const MessageType = {
  Invocation: 1,
  StreamItem: 2,
  Completion: 3,
  StreamInvocation: 4,
  CancelInvocation: 5,
  Ping: 6,
  Close: 7,
  Ack: 8,
  Sequence: 9,
} as const;

/** A call of a method. Without an `invocationId`, the receiver sends no completion. */
export interface InvocationMessage {
  readonly type: typeof MessageType.Invocation;
  readonly invocationId?: string | undefined;
  readonly target: string;
  /** Whether the target is JSON with escapes. Then errors spell it as the client sent it. */
  readonly hasEscapedTarget?: boolean | undefined;
  readonly arguments: readonly unknown[];
  /** Set if the arguments cannot be read. Then their values are undefined, and the call fails. */
  readonly argumentsError?: Error | undefined;
  /**
   * Set if another member is invalid. The connection closes with this error, unless the method does
   * not exist or the arguments do not match it. Then only the call fails.
   */
  readonly envelopeError?: Error | undefined;
  readonly streamIds?: readonly string[] | undefined;
}

/** A call of a method whose result is a stream of items. */
export interface StreamInvocationMessage {
  readonly type: typeof MessageType.StreamInvocation;
  readonly invocationId: string;
  readonly target: string;
  /** Whether the target is JSON with escapes. Then errors spell it as the client sent it. */
  readonly hasEscapedTarget?: boolean | undefined;
  readonly arguments: readonly unknown[];
  /** Set if the arguments cannot be read. Then their values are undefined, and the call fails. */
  readonly argumentsError?: Error | undefined;
  /**
   * Set if another member is invalid. The connection closes with this error, unless the method does
   * not exist or the arguments do not match it. Then only the call fails.
   */
  readonly envelopeError?: Error | undefined;
  readonly streamIds?: readonly string[] | undefined;
}

/** One item of a stream, in either direction. */
export interface StreamItemMessage {
  readonly type: typeof MessageType.StreamItem;
  readonly invocationId: string;
  readonly item: unknown;
  /** Set if the item cannot be read. Then only its stream fails, if it exists. */
  readonly itemError?: Error | undefined;
}

/**
 * The completion of a call. `hasResult` is false if the call has no result, as at the end of a
 * stream, and true if the result is null.
 */
export interface CompletionMessage {
  readonly type: typeof MessageType.Completion;
  readonly invocationId: string;
  readonly error?: string | undefined;
  readonly hasResult: boolean;
  readonly result?: unknown;
}

/** The caller cancels a call. */
export interface CancelInvocationMessage {
  readonly type: typeof MessageType.CancelInvocation;
  readonly invocationId: string;
}

/** Shows the receiver that the sender is connected while no other message is sent. */
export interface PingMessage {
  readonly type: typeof MessageType.Ping;
}

/**
 * The sender closes the connection. With `allowReconnect`, a client with automatic reconnect
 * connects again.
 */
export interface CloseMessage {
  readonly type: typeof MessageType.Close;
  readonly error?: string | undefined;
  readonly allowReconnect?: boolean | undefined;
}

/** Confirms that all messages up to `sequenceId` have arrived. Used with stateful reconnect. */
export interface AckMessage {
  readonly type: typeof MessageType.Ack;
  readonly sequenceId: number;
}

/** Reports the number of the next message. Used with stateful reconnect, on a new transport. */
export interface SequenceMessage {
  readonly type: typeof MessageType.Sequence;
  readonly sequenceId: number;
}

/** Any message of the hub protocol. */
export type HubMessage =
  | InvocationMessage
  | StreamInvocationMessage
  | StreamItemMessage
  | CompletionMessage
  | CancelInvocationMessage
  | PingMessage
  | CloseMessage
  | AckMessage
  | SequenceMessage;
