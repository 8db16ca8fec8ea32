import * as signalR from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import {
  type CheckResults,
  type CheckTarget,
  refusal as refusalOf,
  runClientChecks,
} from './client-checks.ts';

// The list of checks as a page runs it: bundled, with the clients' browser code.
const messagePack = new MessagePackHubProtocol();

export const run = (target: CheckTarget): Promise<CheckResults> =>
  runClientChecks(signalR, messagePack, target);

export const refusal = (target: CheckTarget): Promise<string | undefined> =>
  refusalOf(signalR, messagePack, target);
