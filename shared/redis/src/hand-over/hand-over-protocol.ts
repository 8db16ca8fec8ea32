import { Decoder, Encoder } from '@msgpack/msgpack';
import { ForeignMessageError } from '../pub-sub/redis-protocol.ts';

/** The kinds of messages on the hand-over channel of a hub. */
export const HandOverStep = {
  /** A server has claimed a record. What Redis orders after this message goes to that server. */
  Claimed: 1,
  /** The server that recorded the connection has released it. */
  Released: 2,
  /** The server that recorded the connection cannot hand it over. */
  Lost: 3,
} as const;
export type HandOverStep = (typeof HandOverStep)[keyof typeof HandOverStep];

/** A message on the hand-over channel of a hub. */
export interface HandOverMessage {
  readonly step: HandOverStep;
  /** Identifies the record. Only the server that stored it and the one that claimed it know it. */
  readonly recordId: string;
  /**
   * The messages that the connection got after it was recorded, as `createTail` returns them. Only
   * in `Released`. Undefined if they are longer than `MAXIMUM_SENT_TAIL`: then they are in Redis,
   * under the key of the record's tail.
   */
  readonly tail?: string | undefined;
}

/**
 * The maximum length of {@link HandOverMessage.tail}, in characters. Every server of the hub
 * receives the message, so a longer tail is stored in Redis, and only the server that needs it
 * reads it. Most connections get few messages while they move.
 */
export const MAXIMUM_SENT_TAIL = 2048;

const encoder = new Encoder();
const decoder = new Decoder({ maxArrayLength: 10, maxStrLength: MAXIMUM_SENT_TAIL });
const steps: ReadonlySet<unknown> = new Set(Object.values(HandOverStep));

export const writeHandOver = ({ step, recordId, tail }: HandOverMessage): Uint8Array =>
  encoder.encode(tail === undefined ? [step, recordId] : [step, recordId, tail]);

/** Reads a message. Throws a {@link ForeignMessageError} if the payload has another format. */
export function readHandOver(payload: Uint8Array): HandOverMessage {
  let value: unknown;
  try {
    value = decoder.decode(payload);
  } catch {
    throw new ForeignMessageError();
  }
  if (!Array.isArray(value)) throw new ForeignMessageError();
  const [step, recordId, tail] = value as readonly unknown[];
  if (!steps.has(step) || typeof recordId !== 'string') throw new ForeignMessageError();
  return {
    step: step as HandOverStep,
    recordId,
    ...(typeof tail === 'string' ? { tail } : {}),
  };
}
