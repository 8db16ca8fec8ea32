import { DefaultHttpClient, HttpError, type HttpRequest, HttpResponse } from '@microsoft/signalr';

/**
 * Returns a response with status 401 instead of throwing it. Then the client asks the token factory
 * for a new token (dotnet/aspnetcore issue 56494).
 */
export class Returns401 extends DefaultHttpClient {
  override async send(request: HttpRequest): Promise<HttpResponse> {
    try {
      return await super.send(request);
    } catch (error) {
      if (error instanceof HttpError && error.statusCode === 401) return new HttpResponse(401);
      throw error;
    }
  }
}
