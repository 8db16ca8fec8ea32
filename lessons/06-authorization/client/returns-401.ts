import { DefaultHttpClient, HttpError, type HttpRequest, HttpResponse } from '@microsoft/signalr';

/** The client asks for a new token when a 401 is returned; its own HTTP client throws it (dotnet/aspnetcore issue 56494). */
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
