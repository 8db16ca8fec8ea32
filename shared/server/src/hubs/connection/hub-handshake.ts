import {
  HandshakeReader,
  type HubProtocol,
  MessageTooLargeError,
  type TransferFormat,
  writeHandshakeResponse,
} from '@practical-signalr/protocol';
import type { ConnectionContext } from '../../connections/connection-context.ts';
import { Deadline } from '../../connections/deadline.ts';
import { wireMessages } from '../../wire-messages.ts';
import type { HubOptions } from '../hub-options.ts';

type HandshakeOptions = Pick<
  HubOptions,
  'handshakeTimeout' | 'maximumReceiveMessageSize' | 'protocols' | 'enableDetailedErrors'
>;

/** What the handshake needs to know about its connection. */
type HandshakeContext = Pick<ConnectionContext, 'transferFormats' | 'useStatefulReconnect'>;

/** The bytes that JSON text of an object may start with: white space and `{`. */
const jsonStarts: readonly number[] = [0x09, 0x0a, 0x0d, 0x20, 0x7b];

/** The server's decision about a handshake request. */
export type HandshakeResult =
  | { readonly isAccepted: false; readonly error: string }
  | {
      readonly isAccepted: true;
      readonly protocol: HubProtocol;
      /** The version of the hub protocol that the client speaks. */
      readonly version: number;
      /** The data after the handshake in the same chunk. */
      readonly rest: string | Uint8Array;
    };

const refusal = (error: string): HandshakeResult => ({ isAccepted: false, error });

/**
 * Reads and checks the handshake request of one connection, within a time limit.
 * Source: HubProtocol.md, "Overview", and `HubConnectionContext.HandshakeAsync` of ASP.NET Core.
 */
export class HubHandshake {
  readonly #options: HandshakeOptions;
  readonly #transferFormats: readonly TransferFormat[];
  readonly #hasUserId: boolean;
  readonly #reader: HandshakeReader;
  readonly #deadline: Deadline;
  /** True until the first byte has arrived, if the client may resume a connection. */
  #mayResume: boolean;

  /**
   * `hasUserId` is false if the user id provider
   * failed. The handshake reports this to the client, because the handshake is the first message on
   * every transport. `onTimeout` receives the error for the client.
   */
  constructor(
    { transferFormats, useStatefulReconnect }: HandshakeContext,
    options: HandshakeOptions,
    hasUserId: boolean,
    onTimeout: (error: string) => void,
  ) {
    this.#options = options;
    this.#transferFormats = transferFormats;
    this.#hasUserId = hasUserId;
    this.#mayResume = useStatefulReconnect;
    this.#reader = new HandshakeReader(options.maximumReceiveMessageSize);
    this.#deadline = new Deadline(
      () => onTimeout(wireMessages.handshakeCanceled),
      options.handshakeTimeout,
    );
  }

  /** Returns the result, or undefined while the request is incomplete. */
  read(chunk: string | Uint8Array): HandshakeResult | undefined {
    try {
      const handshake = this.#reader.read(chunk);
      if (handshake === undefined) {
        return this.#resumesUnknownConnection(chunk)
          ? refusal(wireMessages.handshakeFailed)
          : undefined;
      }
      this.stop();
      if (!this.#hasUserId) return refusal(wireMessages.handshakeFailed);
      const { protocol, version } = handshake.request;
      return this.#check(protocol, version, handshake.rest);
    } catch (error) {
      if (error instanceof MessageTooLargeError) return refusal(wireMessages.handshakeCanceled);
      const { name, message } = error as Error;
      return refusal(
        this.#options.enableDetailedErrors
          ? `${wireMessages.handshakeFailed} ${name}: ${message}`
          : wireMessages.handshakeFailed,
      );
    }
  }

  /** Cancels the time limit. */
  stop(): void {
    this.#deadline.stop();
  }

  /**
   * Returns true if the client has resumed a connection that this server does not know, for example
   * because its server has crashed. Such a client sends no handshake, so waiting for one would
   * delay its next connection. Other servers cannot know that a signed token was used. ASP.NET
   * Core, which has no such tokens, refuses the socket with status 404.
   */
  #resumesUnknownConnection(chunk: string | Uint8Array): boolean {
    const [firstByte] = chunk;
    if (!this.#mayResume || firstByte === undefined) return false;
    this.#mayResume = false;
    // In text protocols, the first message is complete and not a handshake.
    return typeof firstByte === 'number' && !jsonStarts.includes(firstByte);
  }

  #check(requestedName: string, version: number, rest: string | Uint8Array): HandshakeResult {
    const name = requestedName.toLowerCase();
    const protocol = this.#options.protocols.find(
      (supported) => supported.name.toLowerCase() === name,
    );
    if (protocol === undefined) return refusal(wireMessages.protocolNotSupported(requestedName));
    if (version > protocol.version) {
      return refusal(wireMessages.protocolVersionNotSupported(version, requestedName));
    }
    if (!this.#transferFormats.includes(protocol.transferFormat)) {
      return refusal(wireMessages.protocolNeedsBinary(protocol.name, protocol.transferFormat));
    }
    return { isAccepted: true, protocol, version, rest };
  }
}

/**
 * Returns the response that accepts the handshake. It is JSON for every protocol, but it is sent in
 * a frame of the selected protocol.
 */
export function writeAcceptance(protocol: HubProtocol): string | Uint8Array {
  const response = writeHandshakeResponse();
  return protocol.transferFormat === 'Binary' ? Buffer.from(response) : response;
}
