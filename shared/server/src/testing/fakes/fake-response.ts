import { EventEmitter } from 'node:events';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/**
 * An HTTP response whose client is the test. Everything that is written counts as unsent until the
 * test calls `deliver`.
 * @example
 * const response = new FakeResponse();
 * transport.poll(response.asServerResponse());
 * response.deliver();
 */
export class FakeResponse extends EventEmitter {
  status: number | undefined;
  headers: OutgoingHttpHeaders = {};
  readonly writes: string[] = [];
  writableLength = 0;
  isEnded = false;
  destroyed = false;
  writableFinished = false;

  /** Everything that was written. */
  get body(): string {
    return this.writes.join('');
  }

  asServerResponse(): ServerResponse {
    return this as unknown as ServerResponse;
  }

  writeHead(status: number, headers: OutgoingHttpHeaders): void {
    this.status = status;
    this.headers = headers;
  }

  write(data: string | Uint8Array): void {
    const bytes = Buffer.from(data as string);
    this.writes.push(bytes.toString());
    this.writableLength += bytes.length;
  }

  end(data: string | Uint8Array = ''): void {
    if (data.length > 0) this.write(data);
    this.isEnded = true;
  }

  /** Closes the response in a later turn, as Node does. */
  destroy(): void {
    this.destroyed = true;
    process.nextTick(() => this.emit('close'));
  }

  /** Lets the client receive everything that was written. */
  deliver(): void {
    this.writableLength = 0;
    if (!this.isEnded) {
      this.emit('drain');
      return;
    }
    this.writableFinished = true;
    this.emit('close');
  }
}
