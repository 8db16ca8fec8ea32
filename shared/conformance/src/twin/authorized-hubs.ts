import {
  Hub,
  type HubMethodOptions,
  jwtBearer,
  type JwtBearerEvents,
  type SignalRServer,
  streamOf,
} from '@practical-signalr/server';
import { withDotnetNames } from './dotnet/names.ts';
import { int, text } from './dotnet/schemas.ts';

class AuthorizedHub extends Hub {
  whoAmI(): string | null {
    return this.context.userIdentifier ?? null;
  }
  userName(): unknown {
    return this.context.user?.['name'] ?? null;
  }
  claims(type: string): unknown[] {
    return [this.context.user?.[type]].flat().filter((value) => value !== undefined);
  }
  sendToUser(user: string, message: string): Promise<void> {
    return this.clients.user(user).send('Receive', message);
  }
  adminOnly(): string {
    return 'admin ok';
  }
  adultOnly(): string {
    return 'adult ok';
  }
  async *adminStream(count: number): AsyncGenerator<number> {
    for (let i = 0; i < count; i++) yield i;
  }
  async adminUpload(stream: AsyncIterable<number>): Promise<number> {
    let sum = 0;
    for await (const item of stream) sum += item;
    return sum;
  }
}
class HeaderOnlyHub extends AuthorizedHub {}
class QueryHub extends AuthorizedHub {}
class ExpiringHub extends AuthorizedHub {}
class OpenHub extends AuthorizedHub {}

const admin = { roles: ['admin'] };
const methods = withDotnetNames({
  whoAmI: {},
  userName: {},
  claims: { arguments: [text] },
  sendToUser: { arguments: [text, text] },
  adminOnly: { authorize: admin },
  adminStream: { arguments: [int], authorize: admin },
  adminUpload: { arguments: [streamOf(int)], authorize: admin },
  adultOnly: { authorize: { policy: (user) => Number(user['age']) >= 18 } },
} satisfies Record<string, HubMethodOptions>);

/** Creates the authentication for the tokens of the recordings. */
const bearer = (events?: JwtBearerEvents) =>
  jwtBearer({
    key: 'practical-signalr-reference-test-key-0123456789',
    issuer: 'practical-signalr',
    audience: 'practical-signalr',
    ...(events === undefined ? {} : { events }),
  });

/** Maps the twins of the four hubs with authentication. */
export function mapAuthorizedHubs(signalr: SignalRServer): void {
  const header = bearer();
  const query = bearer({
    onMessageReceived(context) {
      context.token = context.request.query.get('access_token');
    },
  });
  signalr.mapHub('/authorized/header-only', HeaderOnlyHub, {
    methods,
    authorize: true,
    authentication: header,
  });
  signalr.mapHub('/authorized/query', QueryHub, {
    methods,
    authorize: true,
    authentication: query,
  });
  signalr.mapHub('/authorized/expiring', ExpiringHub, {
    methods,
    authorize: true,
    authentication: query,
    closeOnAuthenticationExpiration: true,
  });
  signalr.mapHub('/open', OpenHub, { methods, authentication: header });
}
