/** The REST API has refused a request. Source: `AzureSignalRException` of the management SDK. */
export class AzureSignalRError extends Error {
  override readonly name = 'AzureSignalRError';
  /** The HTTP status. */
  readonly statusCode: number;
  /** The service's own name of what is wrong, for example `Error.Connection.NotExisted`. */
  readonly code: string | undefined;

  constructor(text: string, statusCode: number, code: string | undefined) {
    super(text);
    this.statusCode = statusCode;
    this.code = code;
  }
}
