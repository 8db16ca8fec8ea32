import { encode } from '@msgpack/msgpack';
import type { MessageOf, ServiceMessageType } from '@practical-signalr/azure/service-protocol';
import type { ServiceHub } from '../hubs/service-hub.ts';

/** The maximum number of members in one response. A continuation token requests the rest. */
const PAGE_SIZE = 200;

/**
 * Returns one page of a group's members, sorted by connection id:
 * `[[connection id, user id], …], continuation token`. The token is the last id of the page, so
 * clients that connect or disconnect between pages do not shift the others.
 * Source: `GroupMemberQueryResponse` of azure-signalr.
 */
export function members(
  hub: ServiceHub,
  { groupName, max, continuationToken }: MessageOf<typeof ServiceMessageType.GroupMemberQuery>,
): Uint8Array {
  const size = max !== null && max > 0 ? Math.min(max, PAGE_SIZE) : PAGE_SIZE;
  const rest = [...hub.membersOf(groupName ?? '')]
    .filter(({ connectionId }) => continuationToken === null || connectionId > continuationToken)
    .toSorted((a, b) => (a.connectionId < b.connectionId ? -1 : 1));
  const page = rest
    .slice(0, size)
    .map(({ connectionId, userId }) => [connectionId, userId ?? null] as const);
  return encode([page, rest.length > size ? page.at(-1)?.[0] : null]);
}
