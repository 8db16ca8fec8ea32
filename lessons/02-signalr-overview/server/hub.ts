import { Hub } from '@practical-signalr/server';
import type { EchoClient, EchoServer } from '../contract.ts';

export class EchoHub extends Hub<EchoClient> implements EchoServer {
  async echo(text: string): Promise<string> {
    return text;
  }
}

/** The methods that clients can call. A public method that is missing here is a compile error. */
export const methods = ['echo'] as const;
