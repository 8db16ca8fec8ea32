import type { Transport } from '../../connections/transport.ts';
import type { BytesInFlight } from '../../limits/bytes-in-flight.ts';
import type { HubOptions } from '../hub-options.ts';
import { type CallCounts, ReadBudget } from './read-budget.ts';
import { ReadGate } from './read-gate.ts';

/** Text or bytes of one client, which begin and end anywhere in a message. */
export type Chunk = string | Uint8Array;

/** Reads the chunks of {@link IncomingChunks}. */
export interface ChunkReader {
  /** The calls of the connection. */
  readonly calls: CallCounts;
  /**
   * Reads a chunk until reading is paused, or until `maximum` bytes or UTF-16 code units were read.
   * Returns the rest, or undefined if there is none. Must not throw.
   */
  readChunk(chunk: Chunk, maximum: number | undefined): Chunk | undefined;
}

/** The chunks that a client has sent, which wait here while reading is paused. */
export class IncomingChunks {
  readonly gate: ReadGate;
  /** Undefined if the client shares its socket with others. Then it is not paused for them. */
  readonly #budget: ReadBudget | undefined;
  readonly #reader: ChunkReader;
  readonly #countsBytes: boolean;

  /** `bytesInFlight` is undefined if the bytes of all connections are not limited. */
  constructor(
    source: Pick<Transport, 'pause' | 'resume'>,
    isMultiplexed: boolean | undefined,
    bytesInFlight: BytesInFlight | undefined,
    options: Pick<HubOptions, 'maximumReceiveMessageSize'>,
    reader: ChunkReader,
  ) {
    this.#reader = reader;
    this.#countsBytes = bytesInFlight !== undefined;
    this.gate = new ReadGate(source, (chunk) => this.#read(chunk));
    if (isMultiplexed === true) return;
    this.#budget = new ReadBudget(this.gate, bytesInFlight, options);
  }

  /** True if the client shares its socket with others. */
  get isMultiplexed(): boolean {
    return this.#budget === undefined;
  }

  receive(chunk: Chunk): void {
    this.#budget?.receive(chunk);
    this.gate.receive(chunk);
  }

  /** Drops what was not read. */
  drop(): void {
    this.gate.clear();
    this.#budget?.dropUnread();
  }

  /** Call this when calls have started or were removed. */
  onCallsStarted(): void {
    if (this.#countsBytes) this.#budget?.release(this.#reader.calls);
  }

  #read(chunk: Chunk): Chunk | undefined {
    this.#budget?.begin(chunk);
    const rest = this.#reader.readChunk(chunk, this.#budget?.remaining);
    this.#budget?.settle(this.#reader.calls, chunk, rest);
    return rest;
  }
}
