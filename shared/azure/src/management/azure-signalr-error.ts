/**
 * Thrown if the REST API refuses a request.
 * Source: `AzureSignalRException` of the management SDK.
 */
export class AzureSignalRError extends Error {
  override readonly name = 'AzureSignalRError';
  readonly code = 'ERR_SIGNALR_AZURE_REST_REFUSED';
  /** The HTTP status. */
  readonly statusCode: number;
  /** The error code of the service, for example `Error.Connection.NotExisted`. */
  readonly serviceCode: string | undefined;

  constructor(message: string, statusCode: number, serviceCode: string | undefined) {
    super(message);
    this.statusCode = statusCode;
    this.serviceCode = serviceCode;
  }
}
