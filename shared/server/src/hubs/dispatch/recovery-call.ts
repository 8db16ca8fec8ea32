import { MessageType } from '@practical-signalr/protocol';
import type { ConnectionRequest } from '../../connections/connection-request.ts';
import { logMessages } from '../../log-messages.ts';
import type { Logger } from '../../logger.ts';
import type { LifetimeConnection } from '../../scale-out/lifetime-connection.ts';
import {
  RECOVER_METHOD,
  RECOVERY_PARAMETER,
  type RecoveryReply,
} from '../../client/recovery-messages.ts';
import type { CallingConnection, Invocation } from '../calling-connection.ts';

/**
 * Runs a client's call of the recovery method. Returns undefined if the call is another one, or if
 * the lifetime manager has no history. The promise never rejects.
 */
export function runRecoveryCall(
  connection: CallingConnection & LifetimeConnection,
  call: Invocation,
  logger: Logger,
): Promise<void> | undefined {
  const { lifetime } = connection;
  const { invocationId } = call;
  if (call.target !== RECOVER_METHOD || lifetime.recover === undefined) return undefined;
  if (invocationId === undefined || call.type !== MessageType.Invocation) return undefined;
  const [session, position, readsPositionLists] = call.arguments;
  return lifetime
    .recover(connection, {
      session: readString(session),
      position: readString(position),
      readsPositionLists: readsPositionLists === true,
    })
    .catch((error: unknown): RecoveryReply => {
      logger.error(logMessages.recoveryFailed(connection.connectionId), error);
      return { recovered: false, reason: 'unavailable', groups: [] };
    })
    .then((result) => {
      if (connection.isClosing) return;
      connection.send({ type: MessageType.Completion, invocationId, hasResult: true, result });
    });
}

const readString = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Returns whether a client recovers missed messages. */
export const wantsRecovery = ({ query }: ConnectionRequest): boolean =>
  query.has(RECOVERY_PARAMETER);
