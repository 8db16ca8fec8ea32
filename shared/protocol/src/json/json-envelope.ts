import { errors } from '../errors.ts';
import { type HubMessage, MessageType } from '../hub-message.ts';
import { parseArguments, parseValue } from './json-payload.ts';
import type { PayloadSerializer } from './payload-serializer.ts';

/**
 * The members of a message. The values of users are still JSON text. A member that is missing in
 * the message is undefined.
 */
export interface JsonEnvelope {
  type?: number | undefined;
  invocationId?: string | undefined;
  target?: string | undefined;
  hasEscapedTarget?: boolean | undefined;
  arguments?: string | undefined;
  streamIds?: readonly string[] | undefined;
  item?: string | undefined;
  result?: string | undefined;
  error?: string | undefined;
  allowReconnect?: boolean | undefined;
  sequenceId?: number | undefined;
}

/**
 * Returns the message, or undefined for an unknown type, which a later version of the protocol may
 * bring.
 * @throws {ProtocolError} if a member is missing, or if the value of a user is invalid JSON.
 */
export function createMessage(
  envelope: JsonEnvelope,
  serializer: PayloadSerializer | undefined,
): HubMessage | undefined {
  const { type, error, sequenceId } = envelope;
  switch (type) {
    case undefined:
      throw errors.missingProperty('type');
    case MessageType.Invocation:
    case MessageType.StreamInvocation:
      return createInvocation(type, envelope, serializer);
    case MessageType.StreamItem: {
      const invocationId = requireId(envelope);
      if (envelope.item === undefined) throw errors.missingProperty('item');
      return { type, invocationId, item: parseValue(envelope.item, serializer) };
    }
    case MessageType.Completion: {
      const invocationId = requireId(envelope);
      const hasResult = envelope.result !== undefined;
      if (error !== undefined && hasResult) throw errors.resultAndError();
      const result = hasResult ? parseValue(envelope.result as string, serializer) : undefined;
      return { type, invocationId, error, hasResult, result };
    }
    case MessageType.CancelInvocation:
      return { type, invocationId: requireId(envelope) };
    case MessageType.Ping:
      return { type };
    case MessageType.Close:
      return { type, error, allowReconnect: envelope.allowReconnect };
    case MessageType.Ack:
    case MessageType.Sequence:
      if (sequenceId === undefined) throw errors.missingProperty('sequenceId');
      return { type, sequenceId };
    default:
      return undefined;
  }
}

export type CallType = typeof MessageType.Invocation | typeof MessageType.StreamInvocation;

function createInvocation(
  type: CallType,
  envelope: JsonEnvelope,
  serializer: PayloadSerializer | undefined,
): HubMessage {
  const { target, hasEscapedTarget, streamIds } = envelope;
  if (target === undefined) throw errors.missingProperty('target');
  const invocationId = envelope.invocationId || undefined;
  const isIdMissing = type === MessageType.StreamInvocation && invocationId === undefined;
  const envelopeError = isIdMissing ? errors.missingProperty('invocationId') : undefined;
  if (envelope.arguments === undefined) {
    throw envelopeError ?? errors.missingProperty(target === '' ? 'target' : 'arguments');
  }
  const call = { type, invocationId, target, hasEscapedTarget, streamIds: undefined };
  let values: unknown;
  try {
    values = parseArguments(envelope.arguments, serializer);
  } catch (argumentsError) {
    return { ...call, arguments: [], argumentsError } as unknown as HubMessage;
  }
  const message = { ...call, arguments: values };
  if (envelopeError !== undefined) return { ...message, envelopeError } as unknown as HubMessage;
  return { ...message, streamIds } as HubMessage;
}

function requireId({ invocationId }: JsonEnvelope): string {
  if (invocationId === undefined || invocationId === '') {
    throw errors.missingProperty('invocationId');
  }
  return invocationId;
}
