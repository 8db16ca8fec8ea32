/**
 * An error whose text the client may see; the texts of all other errors stay on the server.
 * Source: `HubException` of ASP.NET Core, which is the name that clients see.
 * @example
 * throw new HubError('This room is full.');
 */
export class HubError extends Error {
  override readonly name: string = 'HubException';
}
