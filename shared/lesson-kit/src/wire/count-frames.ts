import type { IHubProtocol } from '@microsoft/signalr';

/** Tells of every frame that a protocol reads, with its size in bytes. */
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
