import type { RequestHandler } from 'express';

/** What answers requests and can be ended. */
export interface Startable {
  readonly handler: RequestHandler;
  close(): Promise<void>;
}

/**
 * Starts something when one of its paths is first asked for. What could not start is started by the next request.
 * @param paths these and all below.
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
