import type { IHubProtocol } from '@microsoft/signalr';

/**
 * Calls `onFrame` with the size in bytes of each chunk that a protocol reads. Returns the protocol.
 */
export function countFrames(
  protocol: IHubProtocol,
  onFrame: (bytes: number) => void,
): IHubProtocol {
  const read = protocol.parseMessages.bind(protocol);
  protocol.parseMessages = (input, logger) => {
    onFrame(typeof input === 'string' ? new TextEncoder().encode(input).length : input.byteLength);
    return read(input, logger);
  };
  return protocol;
}
