import { MessageType } from '@practical-signalr/protocol';
import type { CallingConnection, Invocation } from '../calling-connection.ts';
import type { HubMethod } from './hub-method.ts';

/**
 * Returns the name of a method for error messages: the declared name. As in ASP.NET Core, it is the
 * client's spelling if the name has JSON escapes, and in streaming calls over MessagePack.
 */
export function spellName(
  { protocol }: Pick<CallingConnection, 'protocol'>,
  { type, target, hasEscapedTarget }: Pick<Invocation, 'type' | 'target' | 'hasEscapedTarget'>,
  { wireName }: Pick<HubMethod, 'wireName'>,
): string {
  const isStreamCall = type === MessageType.StreamInvocation;
  const isBinaryStreamCall = isStreamCall && protocol?.transferFormat === 'Binary';
  return hasEscapedTarget === true || isBinaryStreamCall ? target : wireName;
}
