import { json, type RequestHandler, Router } from 'express';
import type { EmulatedService } from '../emulated-service.ts';
import { errorTexts } from '../error-texts.ts';
import { hubName } from '../hubs/hub-name.ts';
import { entraClaims } from '../tokens/entra-check.ts';
import { TokenRefusal, verifiedClaims } from '../tokens/token-check.ts';
import {
  currentCalls,
  firstCalls,
  previewCalls,
  type RestAnswer,
  type RestCalls,
} from './rest-calls.ts';

/** The largest message, in bytes. Source: the service's limits. */
const MAXIMUM_BODY = 1024 * 1024;
/** What the query names as `api-version`; the older ones have theirs in the path. */
export const API_VERSION = '2022-06-01';

const readBody = json({ limit: MAXIMUM_BODY });

/** The REST API below `/api`: for apps without server connections. Tokens must be made for the very path. */
export const restApi = (service: EmulatedService): RequestHandler =>
  Router()
    .use('/hubs', restVersion(service, currentCalls, API_VERSION))
    .use('/v1/hubs', restVersion(service, firstCalls))
    .use('/v1-preview/hub', restVersion(service, previewCalls));

/** `apiVersion` is undefined where the path has said it. */
function restVersion(
  service: EmulatedService,
  calls: RestCalls,
  apiVersion?: string,
): RequestHandler {
  return (request, response, next) => {
    const { pathname, searchParams: query } = new URL(request.originalUrl, 'http://localhost');
    const answer = (result: RestAnswer): void => {
      if (typeof result === 'number') return void response.status(result).end();
      const [status, code, message] = result;
      response.status(status).set('x-ms-error-code', code);
      response.json({ code, message, target: null, details: [], inner: null });
    };
    const path = decoded(pathname.split('/').slice(request.baseUrl.split('/').length));
    if (path === undefined) return answer([400, 'Error.Path', errorTexts.badPath]);
    const [given = '', ...parts] = path;
    const shape = parts.map((part, i) => (i % 2 === 0 ? part : '*')).join('/');
    const call = calls[`${request.method} ${shape}`];
    if (call === undefined) return next();
    const isFor = (audience: URL): boolean =>
      audience.pathname.toLowerCase() === pathname.toLowerCase();
    const { accessKey, entra } = service.options;
    const claims = entraClaims(request, entra) ?? verifiedClaims(request, query, accessKey, isFor);
    if (claims instanceof TokenRefusal) {
      const { status, text } = claims;
      service.log(errorTexts.refused(`${request.method} ${pathname}`, status, text));
      return answer([status, status === 401 ? 'Error.Unauthorized' : 'Error.Token', text]);
    }
    if (apiVersion !== undefined && query.get('api-version') !== apiVersion) {
      return answer([400, 'Error.ApiVersion', errorTexts.badApiVersion(apiVersion)]);
    }
    const name = hubName(given, query.get('application'));
    if (name === undefined) return answer([400, 'Error.Hub', errorTexts.hubMissing]);
    const names = parts.filter((_part, i) => i % 2 === 1);
    const group = parts[parts.indexOf('groups') + 1];
    if (shape.includes('groups/*') && !isGroup(group))
      return answer([400, 'Error.Group', errorTexts.badGroup]);
    readBody(request, response, (error?: unknown) => {
      if (error !== undefined) return answer(unreadable(error));
      const hub = service.hub(name);
      answer(call({ hub, names, query, body: request.body as unknown }));
      service.sweepHub(hub);
    });
  };
}

/** What is no JSON, or too much of it. */
const unreadable = (error: unknown): RestAnswer =>
  (error as { status?: number }).status === 413
    ? [413, 'Error.Body', errorTexts.bodyTooLarge(MAXIMUM_BODY)]
    : [400, 'Error.Body', errorTexts.badTarget];

const isGroup = (name = ''): boolean => name.trim() !== '' && name.length <= 1024;

/** Undefined where a part is not percent-encoded as it must be. */
function decoded(parts: readonly string[]): string[] | undefined {
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
