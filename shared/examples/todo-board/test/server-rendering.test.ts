import { HubConnectionBuilder } from '@microsoft/signalr';
import { useHubConnection, useHubEvent } from '@practical-signalr/server/react';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, expect, test, vi } from 'vitest';
import type { RoomClient, RoomServer } from './react-hooks.test.ts';

/** A component whose page has a hub under this URL. */
function Room({ url }: { readonly url: string }) {
  const { connection, connectionId, error, state } = useHubConnection<RoomServer, RoomClient>(() =>
    new HubConnectionBuilder().withUrl(url).build(),
  );
  useHubEvent(connection, 'add', () => undefined);
  return createElement('p', null, [state, connectionId, error?.message, connection.state].join());
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test.each(['/room', 'http://127.0.0.1/room'])('a server renders a page with the hub %s', (url) => {
  const page = renderToString(createElement(Room, { url }));
  expect(page).toBe('<p>Disconnected,,,Disconnected</p>');
});

test('in a browser, a connection that cannot be built is an error of the component', () => {
  vi.stubGlobal('window', {});
  expect(() => renderToString(createElement(Room, { url: '' }))).toThrow('url');
});
