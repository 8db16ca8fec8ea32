/** Thrown if bytes of a server connection cannot be read. Close the connection that sent them. */
export class ServiceProtocolError extends Error {
  override readonly name = 'ServiceProtocolError';
}
