import type WebSocket from 'ws';
import type { Step } from '../case.ts';
import type { Inbox } from './inbox.ts';
import type { Response } from './remote-server.ts';

/** How long a case waits, in ms. */
export interface Patience {
  /** For the answer to the last call. */
  readonly barrier: number;
  /** For more messages, after the last one. */
  readonly quiet: number;
  /** For a response. After it, the request counts as waiting. */
  readonly response: number;
  /** Between two steps. */
  readonly between: number;
}
export const quick: Patience = { barrier: 350, quiet: 25, response: 60, between: 12 };
export const patient: Patience = { barrier: 1000, quiet: 100, response: 250, between: 40 };

/** A connection of a case. Long polling and event streams have no WebSocket. */
export interface Channel {
  readonly inbox: Inbox;
  readonly webSocket?: WebSocket;
  /** Whether the last call was answered. */
  hasEnded?: boolean;
}

/** A request of a case. */
export interface SentRequest {
  readonly name: string;
  readonly step: Step;
  readonly abort: () => void;
  response?: Response;
}

/** The invocation id of the last call. */
export const LAST_ID = 'last-call';
