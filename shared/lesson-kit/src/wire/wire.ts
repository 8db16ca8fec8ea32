import { MessagePackHubProtocol } from '@practical-signalr/protocol';
import { observeEventSource } from './observe/observe-event-source.ts';
import { observeFetch } from './observe/observe-fetch.ts';
import { observeWebSocket } from './observe/observe-web-socket.ts';
import { observeXmlHttpRequest } from './observe/observe-xml-http-request.ts';
import { WireLog } from './wire-log.ts';
import { WireTap } from './observe/wire-tap.ts';

/** The log of this page. Importing this module installs the hooks, before a connection is built. */
export const wireLog = new WireLog(() => performance.now(), new MessagePackHubProtocol());

/** Dispatches `change` after each entry. */
export const wireChanges = new EventTarget();

const tap = new WireTap(wireLog, () => wireChanges.dispatchEvent(new Event('change')));
for (const observe of [observeFetch, observeXmlHttpRequest, observeWebSocket, observeEventSource])
  observe(tap);
