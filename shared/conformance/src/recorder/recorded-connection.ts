import { errorTexts } from '../error-texts.ts';
import type { EventWriter } from './event-writer.ts';
import { MessageSplitter, type SplitMessage } from './message-splitter.ts';
import { isOpened, type RecordedTransport } from './recorded-event.ts';
import type { TokenRedactor } from './token-redactor.ts';

/** Writes what one connection does. */
export class RecordedConnection {
  readonly number: number;
  readonly #writer: EventWriter;
  readonly #redactor: TokenRedactor;
  readonly #now: () => number;
  readonly #splitters: Readonly<Record<'client' | 'server', MessageSplitter>>;
  #isOpen = false;
  /** The hub protocol that the client has selected in its handshake. */
  #protocol: string | undefined;

  constructor(number: number, writer: EventWriter, redactor: TokenRedactor, now: () => number) {
    this.number = number;
    this.#writer = writer;
    this.#redactor = redactor;
    this.#now = now;
    this.#splitters = {
      client: this.#createSplitter('client'),
      server: this.#createSplitter('server'),
    };
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  negotiate(path: string, query: string, status: number, body: string): void {
    const response = this.#redactor.redactNegotiation(body);
    const redactedQuery = this.#redactor.redactQuery(query);
    this.#writer.write({
      type: 'negotiate',
      ...this.#common(),
      path: this.#redactor.redactPath(path),
      query: redactedQuery,
      status,
      response,
    });
  }

  open(transport: RecordedTransport, path: string, query: string, status: number): void {
    this.#isOpen = isOpened(transport, status);
    for (const splitter of Object.values(this.#splitters)) splitter.discardIncomplete();
    const redactedQuery = this.#redactor.redactQuery(query);
    this.#writer.write({
      type: 'open',
      ...this.#common(),
      transport,
      path: this.#redactor.redactPath(path),
      query: redactedQuery,
      status,
    });
  }

  receive(from: 'client' | 'server', chunk: Buffer): void {
    this.#splitters[from].write(chunk);
  }

  /** Reports that no further messages of one side can be recorded. */
  reportBroken(from: 'client' | 'server'): void {
    this.#writer.reportProblem(errorTexts.messagesNotRecorded(this.number, from));
  }

  /**
   * Records who has closed the connection. Only the first call counts, because the other side then
   * closes, too.
   */
  close(by: 'client' | 'server'): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#writer.write({ type: 'close', ...this.#common(), by });
  }

  #createSplitter(from: 'client' | 'server'): MessageSplitter {
    const isMessagePack = (): boolean => this.#protocol === 'messagepack';
    const onMessage = (message: SplitMessage): void => {
      if (from === 'client' && 'text' in message) this.#protocol ??= protocolOf(message.text);
      const content =
        'text' in message
          ? { text: this.#redactor.redactJson(message.text) }
          : { bytes: this.#redactor.redactBytes(message.bytes).toString('base64') };
      this.#writer.write({ type: 'message', ...this.#common(), from, ...content });
    };
    return new MessageSplitter(isMessagePack, onMessage, () => this.reportBroken(from));
  }

  #common(): { readonly connection: number; readonly at: number } {
    return { connection: this.number, at: Math.round(this.#now()) };
  }
}

function protocolOf(handshake: string): string {
  try {
    return String((JSON.parse(handshake) as Readonly<Record<string, unknown>>)['protocol']);
  } catch {
    return '';
  }
}
