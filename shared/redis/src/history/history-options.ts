import { errors } from '../errors.ts';

/** A membership that a client had before it lost its connection. */
export interface RestoredMembership {
  readonly hubName: string;
  readonly group: string;
  readonly userIdentifier: string | undefined;
}

/**
 * The options of the history of messages, with which clients recover after the crash of a server.
 * @example
 * redis({ url, history: { maxAge: 120_000, maxMessages: 5000, restoreGroups: true } })
 */
export interface HistoryOptions {
  /**
   * How long messages, and the sessions of clients that are gone, are kept, in ms. Default:
   * 300,000.
   */
  readonly maxAge?: number;
  /** The maximum number of messages that are kept for each hub. Default: 10,000. */
  readonly maxMessages?: number;
  /**
   * Whether a client that recovers joins the groups of its lost connection again. A function
   * decides
   * for each group. If a group is not restored, the client is notified that it did not recover.
   * Default: false.
   */
  readonly restoreGroups?:
    | boolean
    | ((membership: RestoredMembership) => boolean | Promise<boolean>);
}

/** The options of the history with all defaults applied. */
export interface ResolvedHistoryOptions {
  readonly maxAge: number;
  readonly maxMessages: number;
  readonly restoreGroup: (membership: RestoredMembership) => boolean | Promise<boolean>;
}

/** Validates the options and applies the defaults. */
export function resolveHistoryOptions(
  options: HistoryOptions | undefined,
  isCluster: boolean,
): ResolvedHistoryOptions | undefined {
  if (options === undefined) return undefined;
  const given: unknown = options; // JavaScript callers can pass any value
  if (typeof given !== 'object' || given === null) throw errors.notAnObject('history');
  for (const name of Object.keys(options)) {
    if (!['maxAge', 'maxMessages', 'restoreGroups'].includes(name))
      throw errors.unknownOption(`history.${name}`);
  }
  if (isCluster) throw errors.historyInCluster();
  const { maxAge = 300_000, maxMessages = 10_000, restoreGroups = false } = options;
  if (!Number.isSafeInteger(maxAge) || maxAge < 1)
    throw errors.notPositive('history.maxAge', 'a whole number');
  if (!Number.isSafeInteger(maxMessages) || maxMessages < 1)
    throw errors.notPositive('history.maxMessages', 'a whole number');
  if (typeof restoreGroups !== 'boolean' && typeof restoreGroups !== 'function')
    throw errors.notAFunction('history.restoreGroups');
  const restoreGroup =
    typeof restoreGroups === 'function' ? restoreGroups : (): boolean => restoreGroups;
  return { maxAge, maxMessages, restoreGroup };
}
