/** A client that timed out. The name is that of .NET, because clients can see it. */
export class ClientTimeoutError extends Error {
  override readonly name = 'OperationCanceledException';
}
