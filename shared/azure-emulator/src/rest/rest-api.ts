import { json, type RequestHandler, Router } from 'express';
import type { EmulatedService } from '../emulated-service.ts';
import { logMessages } from '../log-messages.ts';
import { wireMessages } from '../wire-messages.ts';
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

/** The maximum size of a message, in bytes. Source: the limits of the service. */
const MAXIMUM_BODY = 1024 * 1024;
/** The supported value of `api-version` in the query. Older versions have their own paths. */
export const API_VERSION = '2022-06-01';

const readBody = json({ limit: MAXIMUM_BODY });

/** Serves the REST API below `/api`. The audience of a token must be the path of the request. */
export const restApi = (service: EmulatedService): RequestHandler =>
  Router()
    .use('/hubs', restVersion(service, currentCalls, API_VERSION))
    .use('/v1/hubs', restVersion(service, firstCalls))
    .use('/v1-preview/hub', restVersion(service, previewCalls));

/** Serves one version of the API. `apiVersion` is undefined if the path contains the version. */
function restVersion(
  service: EmulatedService,
  calls: RestCalls,
  apiVersion?: string,
): RequestHandler {
  return (request, response, next) => {
    const { pathname, searchParams: query } = new URL(request.originalUrl, 'http://localhost');
    const answer = (result: RestAnswer): void => {
      if (typeof result === 'number') {
        response.status(result).end();
        return;
      }
      const [status, code, message] = result;
      response.status(status).set('x-ms-error-code', code);
      response.json({ code, message, target: null, details: [], inner: null });
    };
    const path = decodeParts(pathname.split('/').slice(request.baseUrl.split('/').length));
    if (path === undefined) return answer([400, 'Error.Path', wireMessages.badPath]);
    const [hubPart = '', ...parts] = path;
    const shape = parts.map((part, i) => (i % 2 === 0 ? part : '*')).join('/');
    const call = calls[`${request.method} ${shape}`];
    if (call === undefined) return next();
    const isFor = (audience: URL): boolean =>
      audience.pathname.toLowerCase() === pathname.toLowerCase();
    const { accessKey, entra } = service.options;
    const claims = entraClaims(request, entra) ?? verifiedClaims(request, query, accessKey, isFor);
    if (claims instanceof TokenRefusal) {
      const { status, message } = claims;
      service.log(logMessages.refused(`${request.method} ${pathname}`, status, message));
      return answer([status, status === 401 ? 'Error.Unauthorized' : 'Error.Token', message]);
    }
    if (apiVersion !== undefined && query.get('api-version') !== apiVersion) {
      return answer([400, 'Error.ApiVersion', wireMessages.badApiVersion(apiVersion)]);
    }
    const name = hubName(hubPart, query.get('application'));
    if (name === undefined) return answer([400, 'Error.Hub', wireMessages.hubMissing]);
    const names = parts.filter((_part, i) => i % 2 === 1);
    // A user may have the id 'groups'.
    const group = parts.find((_part, i) => i % 2 === 1 && parts[i - 1] === 'groups');
    if (shape.includes('groups/*') && !isGroup(group))
      return answer([400, 'Error.Group', wireMessages.badGroup]);
    readBody(request, response, (error?: unknown) => {
      if (error !== undefined) return answer(describeBodyError(error));
      const hub = service.hub(name);
      answer(call({ hub, names, query, body: request.body as unknown }));
      service.sweepHub(hub);
    });
  };
}

/** Returns the answer to a body that is too large or not JSON. */
const describeBodyError = (error: unknown): RestAnswer =>
  (error as { status?: number }).status === 413
    ? [413, 'Error.Body', wireMessages.bodyTooLarge(MAXIMUM_BODY)]
    : [400, 'Error.Body', wireMessages.badTarget];

const isGroup = (name = ''): boolean => name.trim() !== '' && name.length <= 1024;

/** Decodes the segments of a path. Returns undefined if one is not percent-encoded correctly. */
function decodeParts(parts: readonly string[]): string[] | undefined {
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
