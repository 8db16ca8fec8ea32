import { type ErrorRequestHandler, json, Router } from 'express';
import { z } from 'zod';

/** What stands behind a page's buttons and its drawing. */
export interface ControlPanelOptions<TWish> {
  /** All that the page draws. */
  readonly look: () => Promise<unknown>;
  /** Does what a button asks for. */
  readonly change: (wish: TWish) => Promise<void>;
}

/**
 * `GET` tells how things stand, `POST` changes one of them and tells then: the other side of `connectControlPanel`. What is not among the wishes
 * gets 400, what fails 502 and why.
 * @example app.use('/control-panel', controlPanelRouter(z.object({ kill: z.string() }), { look, change: ({ kill }) => servers.kill(kill) }));
 */
export function controlPanelRouter<TWish>(
  wishes: z.ZodType<TWish>,
  { look, change }: ControlPanelOptions<TWish>,
): Router {
  const router = Router();
  router.get('/', async (_request, response) =>
    response.set('cache-control', 'no-store').json(await look()),
  );
  router.post('/', json(), async ({ body }, response) => {
    const { data, error } = wishes.safeParse(body);
    if (error) return void response.status(400).send(z.prettifyError(error));
    await change(data);
    response.json(await look());
  });
  const tell: ErrorRequestHandler = (error: Error, _request, response, _next) => {
    response.status(502).type('text').send(error.message);
  };
  return router.use(tell);
}
