import { HubError } from './hub-error.ts';

/**
 * A client to invoke that does not exist. Unlike other `HubError`s, it is not for the caller of the
 * hub method, as in ASP.NET Core. The name is that of .NET.
 */
export class ConnectionNotFoundError extends HubError {
  override readonly name: string = 'IOException';
}
