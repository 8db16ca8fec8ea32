import { type ErrorRequestHandler, json, Router } from 'express';
import { z } from 'zod';

/** What a control panel shows and changes. */
export interface ControlPanelOptions<TCommand> {
  /** Returns the state that the page draws. */
  readonly look: () => Promise<unknown>;
  /** Executes a command. */
  readonly change: (command: TCommand) => Promise<void>;
}

/**
 * Serves a control panel, for the page's `connectControlPanel`. `GET` returns the state. `POST`
 * executes a command and returns the state afterwards. An unknown command is answered with 400, and
 * a command that fails with 502 and its error.
 * @param commands the schema of the commands.
 * @example
 * const commands = z.object({ kill: z.string() });
 * const change = ({ kill }) => instances.kill(kill);
 * app.use('/control-panel', controlPanelRouter(commands, { look, change }));
 */
export function controlPanelRouter<TCommand>(
  commands: z.ZodType<TCommand>,
  { look, change }: ControlPanelOptions<TCommand>,
): Router {
  const router = Router();
  router.get('/', async (_request, response) =>
    response.set('cache-control', 'no-store').json(await look()),
  );
  router.post('/', json(), async ({ body }, response) => {
    const { data, error } = commands.safeParse(body);
    if (error) return void response.status(400).send(z.prettifyError(error));
    await change(data);
    response.json(await look());
  });
  const sendError: ErrorRequestHandler = (error: Error, _request, response, _next) => {
    response.status(502).type('text').send(error.message);
  };
  return router.use(sendError);
}
