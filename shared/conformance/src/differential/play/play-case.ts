import { setTimeout as delay } from 'node:timers/promises';
import type WebSocket from 'ws';
import { tokens } from '../../../player/tokens.mjs';
import type { Case, Headers, Step } from '../case.ts';
import { createRecord } from '../messages/neutral-message.ts';
import { fillIn, writeRecord } from '../messages/write-record.ts';
import { Inbox } from './inbox.ts';
import { type Channel, LAST_ID, type Patience, type SentRequest } from './channel.ts';
import { describeMessages, describeRequest } from './describe-answers.ts';
import { Names } from './names.ts';
import { readMessage } from './read-message.ts';
import type { RemoteServer, Response } from './remote-server.ts';

/** Plays a case against a server, and returns what the server answered as lines of text. */
export async function playCase(
  server: RemoteServer,
  test: Case,
  patience: Patience,
): Promise<string[]> {
  const play = new Play(server, test, patience);
  try {
    return await play.run();
  } finally {
    await play.close();
  }
}

class Play {
  readonly #server: RemoteServer;
  readonly #case: Case;
  readonly #patience: Patience;
  readonly #names: Names;
  readonly #channels = new Map<string, Channel>();
  readonly #requests: SentRequest[] = [];

  constructor(server: RemoteServer, test: Case, patience: Patience) {
    this.#server = server;
    this.#case = test;
    this.#patience = patience;
    this.#names = new Names(server.url.host, tokens);
  }

  async run(): Promise<string[]> {
    const failure = await this.#connect();
    if (failure !== undefined) return [this.#names.replace(failure)];
    for (const [i, step] of this.#case.steps.entries()) await this.#play(step, i + 1);
    await this.#finish();
    const requests = this.#requests.map(describeRequest);
    const messages = describeMessages(this.#case, this.#channels);
    return [...requests, ...messages].map((line) => this.#names.replace(line));
  }

  async close(): Promise<void> {
    for (const { step, response, abort } of this.#requests)
      if (response === undefined || step.sse !== undefined) abort();
    for (const { webSocket } of this.#channels.values()) webSocket?.terminate();
    const token = this.#names.values['n.token'];
    const hub = this.#case.steps[0]?.path?.split('/negotiate')[0];
    if (token === undefined || hub === undefined) return;
    const path = `${hub}?id=${encodeURIComponent(token)}`;
    await this.#server.send({ method: 'DELETE', path }).response;
  }

  async #connect(): Promise<string | undefined> {
    const {
      hub,
      protocol,
      query = '',
      headers = {},
      queries = {},
      connections = ['a'],
    } = this.#case;
    if (hub === undefined) return undefined;
    for (const name of connections) {
      const options = { hub, protocol, headers, query: queries[name] ?? query };
      const connection = await this.#server.connect(options);
      if ('failure' in connection) return `${name}: ${connection.failure}`;
      this.#channels.set(name, connection);
      this.#names.learn(connections.length > 1 ? `${name}.id` : 'id', connection.id);
      this.#names.learn(`${name}.token`, connection.token);
    }
    return undefined;
  }

  async #play(step: Step, number: number): Promise<void> {
    const channel = this.#channels.get(step.on ?? 'a');
    if (step.wait !== undefined) await delay(step.wait);
    else if (step.http !== undefined) await this.#request(step, `${number} ${step.http}`);
    else if (step.ws !== undefined) await this.#openSocket(step, step.ws, number);
    else if (step.sse !== undefined) await this.#openEvents(step, step.sse, number);
    else if (channel?.webSocket === undefined) return;
    else if (step.terminate === true) {
      channel.webSocket.terminate();
      await delay(this.#patience.between);
    } else if (step.closeCode !== undefined) {
      await channel.inbox.until(() => this.#areCallsAnswered(channel), this.#patience.barrier);
      channel.webSocket.close(step.closeCode);
      await channel.inbox.until(() => false, this.#patience.barrier);
    } else await this.#send(step, channel.inbox, channel.webSocket);
  }

  async #send(step: Step, inbox: Inbox, webSocket: WebSocket): Promise<void> {
    if (step.answer !== undefined) {
      const id = await this.#waitForQuestion(inbox, step.answer);
      if (id === undefined) return;
      this.#names.values['ask'] = id;
    }
    if (webSocket.readyState !== webSocket.OPEN) return;
    const { records = [], cuts = [], fragments = false } = step;
    const bytes = Buffer.concat(records.map((record) => writeRecord(record, this.#names.values)));
    const binary = step.binary ?? inbox.protocol !== 'json';
    const places = new Set(cuts.map((cut) => cut % Math.max(1, bytes.length)));
    const ends = [...[...places].sort((a, b) => a - b), bytes.length];
    let start = 0;
    for (const end of ends) {
      webSocket.send(bytes.subarray(start, end), {
        binary,
        fin: !fragments || end === bytes.length,
      });
      start = end;
    }
    if (step.then === true) await delay(this.#patience.between);
  }

  /** Waits until the server has invoked the client, and returns the id of the invocation. */
  async #waitForQuestion(inbox: Inbox, number: number): Promise<string | undefined> {
    const readIds = (): string[] =>
      inbox.messages
        .map(readMessage)
        .filter(({ type, id }) => type === 1 && typeof id === 'string')
        .map(({ id }) => id as string);
    await inbox.until(() => readIds().length > number, this.#patience.barrier);
    return readIds()[number];
  }

  async #request(step: Step, name: string): Promise<void> {
    const { values } = this.#names;
    const { http: method = 'GET', records, body: text } = step;
    const content = text === undefined ? undefined : Buffer.from(fillIn(text, values));
    const bytes = records?.map((record) => writeRecord(record, values));
    const body = bytes === undefined ? content : Buffer.concat(bytes);
    const path = this.#fill(step.path);
    const { response, abort } = this.#server.send({
      method,
      path,
      headers: this.#headers(step),
      body,
    });
    const sent: SentRequest = { name, step, abort };
    this.#requests.push(sent);
    const answered = response.then((received) => this.#receive(sent, received));
    await Promise.race([answered, delay(this.#patience.response)]);
    if (step.learn === undefined) await delay(this.#patience.between);
  }

  #receive(sent: SentRequest, response: Response): void {
    sent.response = response;
    const { learn, polls, protocol } = sent.step;
    if (learn !== undefined) this.#names.learnIds(learn, response.body.toString());
    if (polls === undefined || response.status !== 200) return;
    // How many messages share a response depends on timing, so they are joined.
    const channel = this.#channels.get(polls) ?? { inbox: new Inbox(protocol ?? 'json') };
    this.#channels.set(polls, channel);
    channel.inbox.receive(response.body);
  }

  #fill(text = ''): string {
    return fillIn(text, this.#names.values);
  }

  #headers({ headers = {} }: Step): Headers {
    const entries = Object.entries(headers).map(([name, value]) => [name, this.#fill(value)]);
    return Object.fromEntries(entries) as Headers;
  }

  async #openSocket(step: Step, name: string, number: number): Promise<void> {
    const { subprotocols = [], noHandshake = false, protocol } = step;
    const headers = this.#headers(step);
    const options = { headers, protocol, subprotocols, hasHandshake: !noHandshake };
    const { inbox, webSocket, opened } = this.#server.openSocket(this.#fill(step.path), options);
    const abort = (): void => webSocket.terminate();
    const sent: SentRequest = { name: `${number} WebSocket`, step, abort };
    this.#requests.push(sent);
    sent.response = await opened;
    if (sent.response.status === 101) this.#channels.set(name, { inbox, webSocket });
  }

  async #openEvents(step: Step, name: string, number: number): Promise<void> {
    const { inbox, opened, abort } = this.#server.openEvents(
      this.#fill(step.path),
      this.#headers(step),
    );
    const sent: SentRequest = { name: `${number} EventStream`, step, abort };
    this.#requests.push(sent);
    const response = await Promise.race([opened, delay(4 * this.#patience.response)]);
    if (response !== undefined) sent.response = response;
    if (response?.status === 200) this.#channels.set(name, { inbox });
    await delay(this.#patience.between);
  }

  #areCallsAnswered({ inbox }: Channel): boolean {
    const completions = inbox.messages.map(readMessage).filter(({ type }) => type === 3);
    const ids = new Set(completions.map(({ id }) => id));
    return Object.keys(this.#case.calls).every((id) => ids.has(id));
  }

  /** Makes one more call on each WebSocket. What arrives before its answer belongs to the case. */
  async #finish(): Promise<void> {
    const { barrier, quiet, response } = this.#patience;
    for (const channel of this.#channels.values()) {
      const { inbox, webSocket } = channel;
      if (webSocket === undefined || this.#case.noBarrier === true) continue;
      const call = createRecord(inbox.protocol, { type: 1, id: LAST_ID, target: 'Void', args: [] });
      if (webSocket.readyState === webSocket.OPEN)
        webSocket.send(writeRecord(call), { binary: inbox.protocol !== 'json' });
      const isLast = (): boolean => inbox.messages.some((one) => readMessage(one).id === LAST_ID);
      channel.hasEnded = await inbox.until(isLast, barrier);
    }
    for (const channel of this.#channels.values()) {
      if (this.#case.concurrent === true)
        await channel.inbox.until(() => this.#areCallsAnswered(channel), 4 * quiet);
      const isQuick = this.#case.concurrent !== true && this.#channels.size === 1;
      if (!isQuick || channel.webSocket === undefined) await channel.inbox.settle(quiet, barrier);
    }
    if (this.#requests.some((sent) => sent.response === undefined)) await delay(response);
  }
}
