import type { ConnectionRequest } from '../../connections/connection-request.ts';

/**
 * Returns whether a connection was opened with the route parameters of a request, or is not open
 * yet. Only the path of the request was authorized, for example for one tenant.
 */
export function hasParams(
  opened: Pick<ConnectionRequest, 'params'> | undefined,
  params: ConnectionRequest['params'],
): boolean {
  return (
    opened === undefined ||
    Object.entries(params).every(([name, value]) => opened.params[name] === value)
  );
}
