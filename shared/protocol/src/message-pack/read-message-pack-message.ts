import { errors } from '../errors.ts';
import type { HubMessage } from '../hub-message.ts';
import { decodeHarmless } from './harmless-decoder.ts';
import type { MessagePackPayloadSerializer } from './message-pack-payload-serializer.ts';
import { readCommonMessage } from './read-common-message.ts';
import { readInOrder } from './read-in-order.ts';

/**
 * Reads a message. Returns undefined for an unknown type, which a later version of the protocol may
 * bring. A message that is not written in the usual way is read member by member, because ASP.NET
 * Core reports the first invalid member and ignores what follows the last one.
 * @throws {ProtocolError} if it cannot be read.
 */
export function readMessagePackMessage(
  message: Uint8Array,
  serializer: MessagePackPayloadSerializer | undefined,
): HubMessage | undefined {
  const commonMessage = readCommonMessage(message, serializer);
  if (commonMessage !== undefined) return commonMessage;
  const copy = new Uint8Array(message);
  return readInOrder(copy, (bytes) =>
    serializer === undefined ? decodeHarmless(bytes) : decodeWith(serializer, bytes),
  );
}

function decodeWith(serializer: MessagePackPayloadSerializer, bytes: Uint8Array): unknown {
  try {
    return serializer.decode(bytes);
  } catch {
    throw errors.invalidMessagePack();
  }
}
