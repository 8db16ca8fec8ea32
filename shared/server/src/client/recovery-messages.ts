/**
 * The hub method that a client calls to start or to continue a recovery session. Its arguments are
 * the fields of a {@link RecoveryRequest}.
 */
export const RECOVER_METHOD = '__recover';
/** The parameter in the query of a client that recovers. It is not secret. */
export const RECOVERY_PARAMETER = 'recovery';
/**
 * The client method that precedes messages of the history. Its arguments are the positions of the
 * next messages, separated by spaces, and whether the messages are replayed.
 */
export const POSITION_METHOD = '__position';
/**
 * The client method that reports that a client has received all messages up to a position, which
 * is its argument. Without it, the position of a client that receives few messages would soon be
 * older than the history.
 */
export const REACHED_METHOD = '__reached';
/**
 * The client method that asks a client to recover on the same connection, because Redis was
 * unavailable.
 */
export const RESYNC_METHOD = '__resync';

/**
 * Why a client may have missed messages. `gap`: they are no longer in the history, or were never in
 * it. `session`: the session is unknown, expired, or belongs to another user. `groups`: the hub did
 * not restore all groups. `unavailable`: the history cannot be read now. `unsupported`: the server
 * has no history. `overflow`: too many messages arrived during the recovery.
 */
export type RecoveryFailure =
  | 'gap'
  | 'session'
  | 'groups'
  | 'unavailable'
  | 'unsupported'
  | 'overflow';

/** The query of a client that starts or continues a recovery session. The client is not trusted. */
export interface RecoveryRequest {
  /** The secret of the session. Undefined for a new session. */
  readonly session: string | undefined;
  /** The position of the last message that the client received. */
  readonly position: string | undefined;
  /** Whether the client understands the positions of several messages in one invocation. */
  readonly readsPositionLists: boolean;
}

/** The server's answer to a client that wants to recover. */
export interface RecoveryReply {
  readonly recovered: boolean;
  readonly reason?: RecoveryFailure;
  /** The secret that identifies the session. Absent if the client has no session. */
  readonly session?: string;
  /** The position from which the session continues. */
  readonly position?: string;
  /** The groups that the server restored. */
  readonly groups: readonly string[];
}

/** Compares two positions, which are ids of a Redis Stream: `<ms>-<number>`. */
export function comparePositions(left: string, right: string): number {
  const [leftTime = '', leftNumber = ''] = left.split('-');
  const [rightTime = '', rightNumber = ''] = right.split('-');
  return Number(leftTime) - Number(rightTime) || Number(leftNumber) - Number(rightNumber);
}
