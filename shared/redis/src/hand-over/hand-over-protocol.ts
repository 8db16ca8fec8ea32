import { Decoder, Encoder } from '@msgpack/msgpack';
import { ForeignMessageError } from '../pub-sub/redis-protocol.ts';

/** The kinds of messages on the hand-over channel of a hub. */
export const HandOverStep = {
  /** A server has claimed a record. What Redis orders after this message goes to that server. */
  Claimed: 1,
  /** The server that recorded the connection has stored the tail. */
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
}

const encoder = new Encoder();
const decoder = new Decoder({ maxArrayLength: 10, maxStrLength: 1000 });
const steps: ReadonlySet<unknown> = new Set(Object.values(HandOverStep));

export const writeHandOver = ({ step, recordId }: HandOverMessage): Uint8Array =>
  encoder.encode([step, recordId]);

/** Reads a message. Throws a {@link ForeignMessageError} if the payload has another format. */
export function readHandOver(payload: Uint8Array): HandOverMessage {
  let value: unknown;
  try {
    value = decoder.decode(payload);
  } catch {
    throw new ForeignMessageError();
  }
  if (!Array.isArray(value)) throw new ForeignMessageError();
  const [step, recordId] = value as readonly unknown[];
  if (!steps.has(step) || typeof recordId !== 'string') throw new ForeignMessageError();
  return { step: step as HandOverStep, recordId };
}
