import { randomBytes } from 'node:crypto';
import type { AuthenticationHandler, ClaimsPrincipal } from '@practical-signalr/server';

/** How long a ticket is valid, in ms. */
const LIFETIME = 30_000;

/** Tickets of random characters, which a page uses instead of an access token. */
export class Tickets implements AuthenticationHandler {
  readonly #users = new Map<string, ClaimsPrincipal>();

  /** Returns a new ticket for a user whom the app has identified. */
  issue(user: ClaimsPrincipal): string {
    const ticket = randomBytes(32).toString('base64url');
    this.#users.set(ticket, user);
    setTimeout(() => this.#users.delete(ticket), LIFETIME).unref();
    return ticket;
  }

  authenticate: AuthenticationHandler['authenticate'] = ({ request }) => {
    const { authorization = '' } = request.headers;
    const ticket = request.query.get('access_token') ?? authorization.replace(/^Bearer /, '');
    const user = this.#users.get(ticket);
    if (user === undefined) return {};
    return { ticket: { user, expiresAt: undefined }, hasExplicitCredentials: true };
  };
}
