import { errors } from '../errors.ts';
import type { HubMessage } from '../hub-message.ts';
import { JsonSyntaxError } from '../protocol-error.ts';
import { createMessage } from './json-envelope.ts';
import type { PayloadSerializer } from './payload-serializer.ts';
import { readCommonMessage } from './read-common-message.ts';
import { readInOrder } from './read-in-order.ts';

/**
 * Reads one record. Returns undefined for an unknown type, which a later version of the protocol
 * may bring.
 * @throws {ProtocolError} if it cannot be read.
 */
export function readJsonMessage(
  text: string,
  serializer: PayloadSerializer | undefined,
): HubMessage | undefined {
  const commonMessage = serializer === undefined ? readCommonMessage(text) : undefined;
  if (commonMessage !== undefined) return commonMessage;
  try {
    return createMessage(readInOrder(text), serializer);
  } catch (error) {
    throw error instanceof JsonSyntaxError ? errors.invalidJson(error) : error;
  }
}
