import type { RequestHandler } from 'express';

/** A request handler that can be closed. */
export interface Startable {
  readonly handler: RequestHandler;
  close(): Promise<void>;
}

/**
 * Starts something at the first request for one of its paths. After a failure, the next request
 * tries again.
 * @param paths the paths, which include all paths below them.
 * @example const others = onDemand(['/other'], startOtherApps); app.use(others.handler);
 */
export function onDemand(paths: readonly string[], start: () => Promise<Startable>): Startable {
  let running: Promise<Startable> | undefined;
  const started = (): Promise<Startable> =>
    (running ??= start().catch((error: Error) => {
      running = undefined;
      throw error;
    }));
  return {
    async handler(request, response, next) {
      if (!paths.some((path) => request.path === path || request.path.startsWith(`${path}/`)))
        return next();
      const { handler } = await started();
      return handler(request, response, next);
    },
    async close() {
      await (await running?.catch(() => undefined))?.close();
    },
  };
}
