import { setTimeout as delay } from 'node:timers/promises';
import { HubError, type SingleClientProxy, type UntypedClient } from '@practical-signalr/server';
import { EchoHub } from './echo-hub.ts';
import {
  hubExceptionMessage,
  InvalidOperationException,
  nullReference,
  overflow,
  requireCount,
  requireText,
  requireValue,
} from './dotnet/errors.ts';
import { DotnetObject } from './dotnet/values.ts';

export interface Person {
  name: string | null;
  age: number;
  active: boolean;
  tags: string[] | null;
  child: Person | null;
}

const person = (name: string, age: number): Person =>
  Object.assign(new DotnetObject(), { name, age, active: false, tags: null, child: null });
const messageOf = (error: unknown): string => (error as Error).message;
const failed = (error: unknown): string => `failed: ${messageOf(error)}`;

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Invokes a client and returns its result as a string. .NET formats null as an empty string. */
export async function ask(
  client: SingleClientProxy<UntypedClient>,
  question: unknown,
): Promise<string> {
  return `answer: ${((await client.invoke('Ask', question)) as string | null) ?? ''}`;
}

const orNull = (value: string | null): string => value ?? '<null>';

/** The twin of the recorded ConformanceHub. It has the same methods with the same results. */
export class ConformanceHub extends EchoHub {
  override async onConnected(): Promise<void> {
    const { query } = this.context.request;
    if (query.has('failConnect')) throw new InvalidOperationException('connect refused by hub');
    if (query.has('failConnectHub')) throw new HubError('connect refused by hub');
    if (query.has('abortConnect')) this.context.abort();
    const tag = query.get('notify');
    if (tag !== undefined) this.context.items.set('notify', tag);
    const greeting = query.get('greet');
    if (greeting !== undefined) {
      await this.clients.caller.send('Connected', greeting, this.context.userIdentifier ?? null);
    }
  }

  override async onDisconnected(error?: Error): Promise<void> {
    const tag = this.context.items.get('notify');
    if (typeof tag === 'string')
      await this.clients.group(`watch:${tag}`).send('Disconnected', tag, error !== undefined);
  }

  watch(tag: string): Promise<void> {
    return this.groups.add(this.context.connectionId, `watch:${tag}`);
  }

  // Results
  void(): void {}
  async voidTask(): Promise<void> {}
  async voidTaskAwaited(): Promise<void> {
    await Promise.resolve();
  }
  async voidValueTask(): Promise<void> {}
  add(a: number, b: number): number {
    return (a + b) | 0; // as an int of C#, which overflows silently
  }
  async addTask(a: number, b: number): Promise<number> {
    return (a + b) | 0; // as an int of C#, which overflows silently
  }
  async addValueTask(a: number, b: number): Promise<number> {
    return (a + b) | 0; // as an int of C#, which overflows silently
  }
  nullString(): null {
    return null;
  }
  batch(count: number): number[] {
    return Array.from({ length: requireCount(count) }, (_, i) => i);
  }
  optionalArgument(a: number, b = 5): number {
    return (a + b) | 0; // as an int of C#, which overflows silently
  }
  paramsArray(values: number[] | null): number {
    const sum = requireValue(values, 'source').reduce((total, value) => total + value, 0);
    if (sum !== (sum | 0)) throw overflow();
    return sum;
  }
  renamed(): string {
    return 'renamed';
  }
  protected _privateMethod(): string {
    return 'private';
  }

  concat(a: string | null, b: string | null, c: string | null): string {
    return `${orNull(a)}|${orNull(b)}|${orNull(c)}`;
  }

  // Errors
  throwException(message: string | null): void {
    throw new InvalidOperationException(message);
  }
  async throwAfterAwait(message: string | null): Promise<void> {
    await Promise.resolve();
    throw new InvalidOperationException(message);
  }
  throwHubException(message: string | null): void {
    throw new HubError(hubExceptionMessage(message));
  }
  async throwHubAfterAwait(message: string | null): Promise<void> {
    await Promise.resolve();
    throw new HubError(hubExceptionMessage(message));
  }
  throwHubWithInner(message: string | null): void {
    throw new HubError(hubExceptionMessage(message), {
      cause: new InvalidOperationException('inner'),
    });
  }

  // Timing
  async slow(ms: number, tag: string): Promise<string> {
    await delay(ms);
    return tag;
  }
  async slowCancellable(ms: number, tag: string, _token: unknown): Promise<string> {
    return this.slow(ms, tag);
  }

  // Streams
  async *counter(count: number): AsyncGenerator<number> {
    for (let i = 0; i < count; i++) yield i;
  }
  counterChannel(count: number): AsyncGenerator<number> {
    return this.counter(count);
  }
  async counterChannelTask(count: number): Promise<AsyncGenerator<number>> {
    return this.counter(count);
  }
  async counterTask(count: number): Promise<AsyncGenerator<number>> {
    return this.counter(count);
  }
  async *words(): AsyncGenerator<string | null> {
    yield 'one';
    yield null;
    yield 'drei ß';
  }
  async *people(count: number): AsyncGenerator<Person> {
    for (let i = 0; i < count; i++) yield person(`p${i}`, i);
  }
  async *failAfter(count: number, message: string | null): AsyncGenerator<number> {
    yield* this.counter(count);
    throw new InvalidOperationException(message);
  }
  async *hubFailAfter(count: number, message: string | null): AsyncGenerator<number> {
    yield* this.counter(count);
    throw new HubError(hubExceptionMessage(message));
  }
  async *failChannel(message: string | null): AsyncGenerator<number> {
    yield 7;
    throw new HubError(hubExceptionMessage(message));
  }
  failBeforeStream(message: string | null): AsyncGenerator<number> {
    throw new HubError(hubExceptionMessage(message));
  }
  nullStream(): null {
    return null;
  }
  async *forever(): AsyncGenerator<number> {
    const { caller } = this.clients;
    yield 0;
    try {
      await delay(2 ** 31 - 1, undefined, { signal: this.context.invocationAborted });
    } finally {
      await caller.send('StreamEnded', 'cancelled');
    }
  }
  foreverChannel(): ReadableStream<number> {
    return new ReadableStream({ start: (controller) => controller.enqueue(0) });
  }
  async *stubborn(): AsyncGenerator<number> {
    yield 1;
    await delay(400);
    yield 2;
  }

  // Uploads
  async uploadSum(items: AsyncIterable<number>): Promise<number> {
    let sum = 0;
    for await (const item of items) sum += item;
    return sum;
  }
  async uploadJoin(items: AsyncIterable<string | null>): Promise<string> {
    return (await collect(items)).map(orNull).join(',');
  }
  async uploadTwo(left: AsyncIterable<string>, right: AsyncIterable<string>): Promise<string> {
    return `${(await collect(left)).join(',')}|${(await collect(right)).join(',')}`;
  }
  async uploadWithArguments(
    prefix: string | null,
    items: AsyncIterable<string>,
    times: number,
  ): Promise<string> {
    const text = (await collect(items)).join(',');
    return (prefix ?? '') + text.repeat(requireCount(times));
  }
  async uploadFirst(items: AsyncIterable<string>): Promise<string> {
    for await (const item of items) return item;
    return '<empty>';
  }
  async uploadCatch(items: AsyncIterable<number>): Promise<string> {
    let count = 0;
    try {
      for await (const _ of items) count++;
      return `${count} items`;
    } catch (error) {
      return `${count} items, then ${error instanceof HubError ? 'HubException' : 'another error'}: ${messageOf(error)}`;
    }
  }
  async uploadVoid(items: AsyncIterable<string>): Promise<void> {
    for await (const item of items) await this.clients.caller.send('Uploaded', item);
  }
  async *uploadEcho(items: AsyncIterable<string | null>): AsyncGenerator<string> {
    for await (const item of items) {
      if (item === null) throw nullReference();
      yield item.toUpperCase();
    }
  }

  // Client results
  askCaller(question: string): Promise<string> {
    return ask(this.clients.caller, question);
  }
  async askClient(id: string | null, question: string): Promise<string> {
    return ask(this.clients.client(requireValue(id, 'connectionId')), question);
  }
  askCallerInt(value: number): Promise<unknown> {
    return this.clients.caller.invoke('AskInt', value);
  }
  askCallerCatch(question: string): Promise<string> {
    return ask(this.clients.caller, question).catch(failed);
  }
  async askClientCatch(id: string | null, question: string): Promise<string> {
    try {
      return await this.askClient(id, question);
    } catch (error) {
      return failed(error);
    }
  }
  async askCallerIntOrFail(value: number): Promise<string> {
    try {
      return `answer: ${String(await this.clients.caller.invoke('AskInt', value))}`;
    } catch {
      return 'failed';
    }
  }
  askCallerTimeout(question: string, ms: number): Promise<string> {
    return ask(this.clients.caller.withSignal(AbortSignal.timeout(ms)), question).catch(failed);
  }

  // Sends
  sendToAll(message: string | null): Promise<void> {
    return this.clients.all.send('Receive', message);
  }
  sendToAllExcept(ids: string[] | null, message: string | null): Promise<void> {
    return this.clients.allExcept(requireValue(ids, 'source')).send('Receive', message);
  }
  sendToCaller(message: string | null): Promise<void> {
    return this.clients.caller.send('Receive', message);
  }
  sendToOthers(message: string | null): Promise<void> {
    return this.clients.others.send('Receive', message);
  }
  sendToClient(id: string | null, message: string | null): Promise<void> {
    return this.clients.client(requireValue(id, 'connectionId')).send('Receive', message);
  }
  sendToClients(ids: string[] | null, message: string | null): Promise<void> {
    return this.clients.clients(requireValue(ids, 'source')).send('Receive', message);
  }
  sendToGroup(group: string | null, message: string | null): Promise<void> {
    return this.clients.group(requireValue(group, 'groupName')).send('Receive', message);
  }
  sendToGroupExcept(
    group: string | null,
    ids: string[] | null,
    message: string | null,
  ): Promise<void> {
    return this.clients
      .groupExcept(requireValue(group, 'groupName'), ids ?? [])
      .send('Receive', message);
  }
  sendToGroups(groups: string[] | null, message: string | null): Promise<void> {
    if (groups === null) throw nullReference();
    return this.clients.groups(groups).send('Receive', message);
  }
  sendToOthersInGroup(group: string | null, message: string | null): Promise<void> {
    return this.clients.othersInGroup(requireValue(group, 'groupName')).send('Receive', message);
  }
  sendToUser(user: string | null, message: string | null): Promise<void> {
    return this.clients.user(requireValue(user, 'userId')).send('Receive', message);
  }
  sendToUsers(users: string[] | null, message: string | null): Promise<void> {
    return this.clients.users(requireValue(users, 'source')).send('Receive', message);
  }
  joinGroup(group: string | null): Promise<void> {
    return this.groups.add(this.context.connectionId, requireValue(group, 'groupName'));
  }
  leaveGroup(group: string | null): Promise<void> {
    return this.groups.remove(this.context.connectionId, requireValue(group, 'groupName'));
  }
  joinGroupFor(id: string | null, group: string | null): Promise<void> {
    return this.groups.add(requireValue(id, 'connectionId'), requireValue(group, 'groupName'));
  }
  leaveGroupFor(id: string | null, group: string | null): Promise<void> {
    return this.groups.remove(requireValue(id, 'connectionId'), requireValue(group, 'groupName'));
  }
  async sendMany(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.clients.caller.send('Item', i);
  }
  sendNoArguments(): Promise<void> {
    return this.clients.caller.send('NoArguments');
  }
  sendMixedArguments(): Promise<void> {
    return this.clients.caller.send('MixedArguments', 1, 'two', true, null, person('three', 3));
  }
  sendText(target: string | null, text: string | null): Promise<void> {
    return this.clients.caller.send(requireText(target, 'target'), text);
  }

  // Context
  getConnectionId(): string {
    return this.context.connectionId;
  }
  getUserIdentifier(): string | null {
    return this.context.userIdentifier ?? null;
  }
  setItem(key: string | null, value: string | null): void {
    this.context.items.set(requireValue(key, 'key'), value);
  }
  getItem(key: string | null): unknown {
    return this.context.items.get(requireValue(key, 'key')) ?? null;
  }
  getQuery(name: string | null): string | null {
    return this.context.request.query.get(requireValue(name, 'key')) ?? null;
  }
  getHeader(name: string | null): unknown {
    if (name === null) throw nullReference();
    const { headers } = this.context.request;
    const key = name.toLowerCase();
    return Object.hasOwn(headers, key) ? headers[key] : null;
  }
  getPath(): string {
    return this.context.request.path;
  }
  getTransport(): string {
    return this.context.transport;
  }
  isAborted(): boolean {
    return this.context.connectionAborted.aborted;
  }
  abort(): void {
    this.context.abort();
  }
  async abortAfterSend(message: string | null): Promise<string> {
    await this.clients.caller.send('Receive', message);
    this.context.abort();
    return 'aborted';
  }
}

// Each set of options needs its own class, because options and broadcasts belong to the class of a
// hub.
export class DetailedHub extends ConformanceHub {}
export class SmallHub extends ConformanceHub {}
export class StatefulHub extends ConformanceHub {}
export class SmallBufferHub extends ConformanceHub {}
export class FastHub extends ConformanceHub {}
export class ParallelHub extends ConformanceHub {}
export class JsonOnlyHub extends ConformanceHub {}
export class DeliveryHub extends ConformanceHub {}
