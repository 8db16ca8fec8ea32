import { WebSocket } from 'ws';

/** What happens on one WebSocket. */
export interface WebSocketObserver {
  /** The client has violated RFC 6455. `onLibraryClose` follows. */
  onLibraryError(): void;
  onLibraryClose(code: number): void;
}

/**
 * The codes that RFC 6455 defines for errors of the peer. As in ASP.NET Core, every other
 * close is answered with 1000.
 */
const protocolErrors = new Set<number | undefined>([1002, 1003, 1007, 1008, 1009]);

/** Reports the events of a WebSocket to an observer. */
export function observe(webSocket: WebSocket, observer: WebSocketObserver): void {
  if (webSocket instanceof ObservedWebSocket) {
    webSocket.observer = observer;
    return;
  }
  webSocket.on('error', () => observer.onLibraryError());
  webSocket.on('close', (code) => observer.onLibraryClose(code));
}

/**
 * A WebSocket with one observer. Its events call the observer, so that a connection needs no
 * listeners, each of which takes time and memory.
 */
export class ObservedWebSocket extends WebSocket {
  observer: WebSocketObserver | undefined;

  override close(code?: number): void {
    super.close(protocolErrors.has(code) ? code : 1000);
  }

  override emit(event: string | symbol, first?: unknown, second?: unknown): boolean {
    if (this.observer === undefined || !notify(this.observer, event, first))
      return super.emit(event, first, second);
    return this.listenerCount(event) === 0 || super.emit(event, first, second);
  }
}

/** Calls the method of an event. Returns false if there is none. */
function notify(observer: WebSocketObserver, event: string | symbol, first: unknown): boolean {
  switch (event) {
    case 'error':
      observer.onLibraryError();
      return true;
    case 'close':
      observer.onLibraryClose(first as number);
      return true;
    default:
      return false;
  }
}
