import { useEffect, useInsertionEffect, useRef } from 'react';
import type { ClientHandler, MethodName, TypedConnection } from '../client/index.ts';

/**
 * Calls a handler when the server calls a method of the client, as long as the component is
 * mounted. The handler of the last render is used, so it may read state and need not be stable. It
 * is registered before the connection starts if it is in the same component as `useHubConnection`
 * or below. If the method of the contract has a result, the handler returns it.
 * @example
 * useHubEvent(connection, 'ReceiveMessage', (message) => setMessages((all) => [...all, message]));
 */
export function useHubEvent<TServer, TClient, TName extends MethodName<TClient>>(
  connection: TypedConnection<TServer, TClient>,
  name: TName,
  handler: ClientHandler<TClient, TName>,
): void {
  const lastHandler = useRef(handler);
  // React 18 warns about layout effects when a server renders the page.
  useInsertionEffect(() => {
    lastHandler.current = handler;
  });
  useEffect(() => {
    const callLastHandler: ClientHandler<TClient, TName> = (...args) =>
      lastHandler.current(...args);
    connection.on(name, callLastHandler);
    return () => connection.off(name, callLastHandler);
  }, [connection, name]);
}
