import { type AttemptedConnection, markAttempt, requestsOf } from '../outcomes/describe-attempt.ts';
import { showRequests } from '../outcomes/show-requests.ts';
import { errorMessage } from '../forms/error-message.ts';
import { showState } from '../show-state.ts';
import type { Walkthrough } from '../walkthrough/walkthrough.ts';
import { connectControlPanel } from './connect-control-panel.ts';
import { drawServers, type ServersDrawing } from './draw-servers.ts';

/** The part of the report at `/control-panel` that every page draws. */
export interface InstancesView {
  /** The drawing, without the instance of this tab. */
  readonly drawing: Omit<ServersDrawing, 'here'>;
  /** Who delivers messages to clients; default: the instance of this tab. */
  readonly deliveredBy?: string;
}

/** The members of a connection that are used here. */
interface ShownConnection extends AttemptedConnection {
  readonly state: string;
  invoke(method: never): Promise<unknown>;
  on(method: never, handler: never): void;
}

/** Every new message is the last child of this list. */
const NEWEST = '#messages li:last-child';

/**
 * Starts a connection to one of several instances and draws them in `#picture`. Below each message
 * it adds which instance sent it and which one delivered it. Next to the drawing, it shows the
 * requests of the start.
 *
 * If the connection closes, it connects again as soon as the server responds. If it cannot start,
 * it says so, offers to connect again, and connects again by itself when the instances, the
 * balancer's rule or the backplane change.
 *
 * Call it after the page's own handler of `ReceiveMessage`.
 * @param connection a connection to a server with the `instanceFilters`.
 * @param walk its step `second-tab` is done when the instances have a second client.
 * @example await connectAndShowInstances(connection, walk);
 */
export async function connectAndShowInstances(
  connection: ShownConnection,
  walk: Pick<Walkthrough, 'complete'>,
): Promise<void> {
  const picture = document.querySelector<SVGElement>('#picture')!;
  const { button, requests } = addConnectionParts(picture);
  let here = '';
  let view: InstancesView | undefined;
  /** The structure of the drawing when the connection was lost or could not start. */
  let lostAt: string | undefined;

  const draw = (): void => {
    if (view !== undefined) drawServers(picture, { ...view.drawing, here });
  };
  const lose = (reason: string): void => {
    lostAt = structureOf(view);
    here = '';
    button.hidden = false;
    showState('bad', `Not connected. ${reason}`);
  };
  const connect = async (): Promise<void> => {
    if (connection.state !== 'Disconnected') return;
    button.hidden = true;
    const attempt = markAttempt(connection);
    try {
      await connection.start();
      lostAt = undefined;
      showState('good', `Connected · ${String(await connection.invoke('WhoAmI' as never))}`);
    } catch (error) {
      lose(describeFailure(error));
    }
    // The server may not respond.
    showRequests(requests, await requestsOf(attempt).catch(() => []));
  };
  button.addEventListener('click', connect);

  // The contract of the lesson has neither this method nor the second argument: the filter adds
  // them.
  const on = connection.on.bind(connection) as (
    method: string,
    handler: (...args: string[]) => void,
  ) => void;
  on('ServedBy', (name = '') => {
    here = name;
    draw();
  });
  on('ReceiveMessage', (_message, sentBy) => {
    const note = document.createElement('small');
    const deliveredBy = `delivered by ${view?.deliveredBy ?? here}`;
    note.textContent = sentBy === undefined ? deliveredBy : `sent by ${sentBy}, ${deliveredBy}`;
    document.querySelector(NEWEST)?.append(note);
  });
  connectControlPanel<InstancesView>((current) => {
    view = current;
    draw();
    if (countClients(current) > 1) walk.complete('second-tab');
    // Undefined: the connection was lost, and the server responds again.
    if (lostAt === undefined || lostAt !== structureOf(current)) void connect();
  });
  await connect();
}

/** Returns why a start failed, without the error of each transport, which the requests show. */
function describeFailure(error: unknown): string {
  const [summary = '', details] = errorMessage(error).split(' Error: ', 2);
  return details === undefined ? summary : `${summary} The requests next to the drawing show why.`;
}

/** Adds a list of requests and the button **Connect again** below the text next to the drawing. */
function addConnectionParts(picture: Element): { button: HTMLButtonElement; requests: Element } {
  const column = document.createElement('div');
  const requests = document.createElement('ol');
  requests.id = 'requests';
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Connect again';
  button.hidden = true;
  const text = picture.previousElementSibling;
  picture.before(column);
  column.append(...(text === null ? [] : [text]), requests, button);
  return { button, requests };
}

/** Returns the number of clients of all instances. */
const countClients = ({ drawing }: InstancesView): number =>
  drawing.servers.reduce((sum, { clients = 0 }) => sum + clients, 0);

/**
 * Returns the parts of a drawing that can make a connection succeed: the rule, the instances, the
 * backplane.
 */
const structureOf = (view: InstancesView | undefined): string =>
  JSON.stringify([
    view?.drawing.balancer,
    view?.drawing.servers.map(({ name }) => name),
    view?.drawing.backplane.state,
  ]);
