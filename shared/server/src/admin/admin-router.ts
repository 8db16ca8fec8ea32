import type { IncomingMessage, ServerResponse } from 'node:http';
import { OriginCheck } from '../authentication/allowed-origins.ts';
import { splitTarget } from '../connections/connection-request.ts';
import { answer, plainText } from '../connections/http-answer.ts';
import type { RequestHandler } from '../hosting/http-handler.ts';
import { internalsOf, type ServerInternals } from '../hosting/internals/server-internals.ts';
import type { SignalRServer } from '../hosting/signalr-server.ts';
import { logMessages } from '../log-messages.ts';
import { AdminRecorder } from './activity/admin-recorder.ts';
import { readAdminFiles } from './admin-files.ts';
import { type AdminAction, type AdminOptions, checkAdminOptions } from './admin-options.ts';
import { adminErrors } from './errors.ts';
import { type CommandResult, disconnect, sendMessage } from './requests/admin-commands.ts';
import { MAXIMUM_BODY, readJson } from './requests/read-json.ts';
import { adminState } from './state/admin-state.ts';
import { listKinds, type ListQuery } from './state/admin-list.ts';

/** The page loads only its own files, runs no inline script, and cannot be framed. */
const securityHeaders = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

const json = { 'Content-Type': 'application/json', ...securityHeaders };
const text = { ...plainText, ...securityHeaders };

/** The commands by their paths, with the permission that each one needs. */
const commands: Readonly<
  Record<
    string,
    {
      readonly action: AdminAction;
      readonly run: (
        server: ServerInternals,
        body: Readonly<Record<string, unknown>>,
      ) => CommandResult | Promise<CommandResult>;
    }
  >
> = {
  '/send': { action: 'send', run: sendMessage },
  '/disconnect': { action: 'disconnect', run: disconnect },
};

/**
 * Returns a request handler with a page that shows the connections, groups, users, calls, errors
 * and the scale-out of a server, and that can send messages and disconnect clients. Needs the
 * package `uplot`. Mount it once, at a path of its own. The server records calls only after this
 * call; without it, nothing is recorded.
 *
 * Throws if `authorize` is missing: the page has no default that lets anyone in. Commands from
 * pages of other origins are refused.
 * @example
 * app.use(
 *   '/admin',
 *   adminRouter(signalr, {
 *     authorize: (request: express.Request) => request.session.user?.isAdmin === true,
 *   }),
 * );
 */
export function adminRouter<TRequest extends IncomingMessage = IncomingMessage>(
  signalr: SignalRServer,
  options: AdminOptions<TRequest>,
): RequestHandler {
  checkAdminOptions(options);
  const server = internalsOf(signalr);
  if (server === undefined) throw adminErrors.adminServerInvalid();
  const files = readAdminFiles();
  const origins = new OriginCheck(options.allowedOrigins, server.logger);
  const { activity } = server;
  activity.observer ??= new AdminRecorder();
  const recorder = activity.observer as AdminRecorder;

  const isAllowed = async (request: IncomingMessage, action: AdminAction): Promise<boolean> => {
    try {
      return (await options.authorize(request as TRequest, action)) === true;
    } catch (error) {
      server.logger.error(logMessages.adminAuthorizeFailed, error);
      return false;
    }
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { path, query } = splitTarget(request.url ?? '/');
    const command = Object.hasOwn(commands, path) ? commands[path] : undefined;
    if (!(await isAllowed(request, command?.action ?? 'view'))) {
      answer(response, 403, 'Forbidden', text);
      return;
    }
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (command === undefined ? !isRead : request.method !== 'POST') {
      const allow = command === undefined ? 'GET, HEAD' : 'POST';
      answer(response, 405, '', { ...text, Allow: allow });
    } else if (command !== undefined) {
      const refusal = refuseCommand(request);
      if (refusal !== undefined) answer(response, refusal.status, refusal.message, text);
      else await runCommand(request, response, command.run);
    } else if (path === '/state') {
      const state = adminState(server, recorder, ...readQuery(query));
      answer(response, 200, JSON.stringify(state), json);
    } else {
      const location = path === '/' ? slashLocation(request) : undefined;
      const file = files.get(path);
      if (location !== undefined) answer(response, 302, '', { ...text, Location: location });
      else if (file === undefined) answer(response, 404, 'Not Found', text);
      else answer(response, 200, file.content, { ...securityHeaders, 'Content-Type': file.type });
    }
  };

  /** Returns why a command is refused: a page of another origin must not act as the operator. */
  const refuseCommand = (
    request: IncomingMessage,
  ): { readonly status: number; readonly message: string } | undefined => {
    const refusal = origins.refuse(request, false);
    if (refusal !== undefined) return { status: 403, message: 'Origin not allowed' };
    // Without CORS, a page of another origin can send only the content types of a form.
    const type = request.headers['content-type'] ?? '';
    if (/^application\/json\s*(;|$)/i.test(type)) return undefined;
    return { status: 415, message: 'Send application/json' };
  };

  const runCommand = async (
    request: IncomingMessage,
    response: ServerResponse,
    run: (typeof commands)[string]['run'],
  ): Promise<void> => {
    const body = await readJson(request);
    if (body === undefined) {
      const error = `The body must be a JSON object of at most ${MAXIMUM_BODY} bytes.`;
      // The rest of a large body is not read.
      answer(response, 400, JSON.stringify({ error }), { ...json, Connection: 'close' });
      return;
    }
    const result = await run(server, body);
    answer(response, result.status, JSON.stringify(result.body), json);
  };

  return (anyRequest, anyResponse) => {
    // The compatibility API of HTTP/2 has all members that are used here.
    const request = anyRequest as IncomingMessage;
    const response = anyResponse as ServerResponse;
    serve(request, response).catch((error: unknown) => {
      server.logger.error(logMessages.adminRequestFailed, error);
      if (response.headersSent) response.destroy();
      else answer(response, 500, '', text);
    });
  };
}

/**
 * Returns where to redirect a request to the mount path without a trailing slash, because the page
 * loads its files relative to its own address. Undefined if the address has the slash.
 */
function slashLocation(request: IncomingMessage): string | undefined {
  const { originalUrl } = request as { originalUrl?: string };
  const { path } = splitTarget(originalUrl ?? '/');
  // A relative address cannot lead to another host.
  return path.endsWith('/') ? undefined : `./${path.slice(path.lastIndexOf('/') + 1)}/`;
}

function readQuery(query: string): [hub: string | undefined, query: ListQuery] {
  const parameters = new URLSearchParams(query);
  const page = Number(parameters.get('page') ?? 0);
  const list: ListQuery = {
    kind: listKinds.find((kind) => kind === parameters.get('list')) ?? 'connections',
    page: Number.isSafeInteger(page) && page > 0 ? page : 0,
    search: (parameters.get('search') ?? '').slice(0, 200),
  };
  return [parameters.get('hub') ?? undefined, list];
}
