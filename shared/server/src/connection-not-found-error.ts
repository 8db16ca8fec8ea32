import { HubError } from './hub-error.ts';

/**
 * Rejects an invocation of a client that does not exist. Unlike the text of other `HubError`s, its
 * text is not sent to the caller of the hub method, as in ASP.NET Core. The name is that of .NET.
 */
export class ConnectionNotFoundError extends HubError {
  override readonly name: string = 'IOException';
}
