import type WebSocket from 'ws';
import type { Step } from '../case.ts';
import type { Inbox } from './inbox.ts';
import type { Response } from './remote-server.ts';

/** The times that a case waits, in ms. */
export interface Patience {
  /** How long it waits for the answer to the last call. */
  readonly barrier: number;
  /** How long it waits for more messages after the last one. */
  readonly quiet: number;
  /** How long it waits for a response. After that, the request counts as waiting. */
  readonly response: number;
  /** How long it waits between two steps. */
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
