import * as signalR from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import {
  type CheckResults,
  type CheckTarget,
  refusal as refusalOf,
  runClientChecks,
} from './client-checks.ts';

// The entry point of the checks in a page. It is bundled with the browser code of the clients.
const messagePack = new MessagePackHubProtocol();

export const run = (target: CheckTarget): Promise<CheckResults> =>
  runClientChecks(signalR, messagePack, target);

export const refusal = (target: CheckTarget): Promise<string | undefined> =>
  refusalOf(signalR, messagePack, target);
