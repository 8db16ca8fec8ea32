import {
  type CompletionMessage,
  MessageType,
  type StreamInvocationMessage,
} from '@practical-signalr/protocol';
import { isAuthorized } from '../authentication/authorization.ts';
import { redactTokens } from '../authentication/redact-tokens.ts';
import { errorTexts } from '../error-texts.ts';
import { HubError } from '../hub-error.ts';
import type { HubLifetimeManager } from '../scale-out/hub-lifetime-manager.ts';
import { BindingError, bindArguments, withUploads } from './argument-binding.ts';
import type { ClientResultTypes } from './client-results.ts';
import { diagnostics } from './diagnostics.ts';
import { FilterChain } from './filter-chain.ts';
import { beginCall, endCall, type Hub } from './hub.ts';
import { HubCall, type Invocation } from './hub-call.ts';
import type { GroupManager } from './hub-clients.ts';
import type { HubConnection } from './hub-connection.ts';
import type { HubMethod } from './hub-methods.ts';
import type { HubOptions } from './hub-options.ts';
import { pumpStream, streamSource } from './stream-pump.ts';

/** Finds the method, binds the arguments, runs it, answers. Source: `DefaultHubDispatcher<THub>` of ASP.NET Core. */
export class HubDispatcher {
  readonly hubName: string;
  readonly options: HubOptions;
  readonly lifetime: HubLifetimeManager;
  readonly clientResults: ClientResultTypes;
  readonly #create: () => Hub<never>;
  readonly #methods: ReadonlyMap<string, HubMethod>;
  readonly #groups: GroupManager;
  readonly #filters: FilterChain;

  constructor(
    hubName: string,
    create: () => Hub<never>,
    methods: ReadonlyMap<string, HubMethod>,
    options: HubOptions,
    lifetime: HubLifetimeManager,
    groups: GroupManager,
    clientResults: ClientResultTypes,
  ) {
    this.hubName = hubName;
    this.#create = create;
    this.#methods = methods;
    this.options = options;
    this.lifetime = lifetime;
    this.#groups = groups;
    this.clientResults = clientResults;
    this.#filters = new FilterChain(options.filters);
  }

  async connected(connection: HubConnection): Promise<void> {
    await this.#withHub(connection, (hub, call) =>
      this.#filters.connected(hub, () => ({ context: call.context, hub })),
    );
  }

  async authenticationRefreshed(connection: HubConnection): Promise<void> {
    await this.#withHub(connection, async (hub) => hub.onAuthenticationRefreshed());
  }

  async disconnected(connection: HubConnection, error: Error | undefined): Promise<void> {
    await this.#withHub(connection, (hub, call) =>
      this.#filters.disconnected(hub, () => ({ context: call.context, hub }), error),
    );
  }

  /** Runs one call to its answer. Undefined when it is answered already: most calls cost no promise. Never rejects. */
  invoke(connection: HubConnection, message: Invocation): Promise<void> | undefined {
    const method = this.#methods.get(message.target.toLowerCase());
    if (method === undefined) {
      this.#fail(
        connection,
        message,
        `${errorTexts.failedToInvoke(message.target)} ${errorTexts.methodDoesNotExist}`,
      );
      return undefined;
    }
    try {
      const bound = bindArguments(method, message.arguments);
      if (!(bound instanceof Promise)) return this.#authorize(connection, message, method, bound);
      return bound.then(
        (args) => this.#authorize(connection, message, method, args),
        (error: unknown) => this.#bindingFailed(connection, message, error),
      );
    } catch (error) {
      this.#bindingFailed(connection, message, error);
      return undefined;
    }
  }

  /** Runs the method if the user may. A method that anyone may call costs nothing here. */
  #authorize(
    connection: HubConnection,
    message: Invocation,
    method: HubMethod,
    args: readonly unknown[],
  ): Promise<void> | undefined {
    if (method.authorize === undefined) return this.#run(connection, message, method, args);
    const { user, request } = connection.callerContext;
    const decided = (verdict: boolean): Promise<void> | undefined => {
      if (verdict) return this.#run(connection, message, method, args);
      this.#fail(connection, message, errorTexts.unauthorized(message.target));
      return undefined;
    };
    const failed = (error: unknown): void => {
      this.options.logger.error(
        errorTexts.policyFailed(this.hubName, method.name),
        redactTokens(error, request),
      );
      this.#fail(connection, message, errorTexts.unauthorized(message.target));
    };
    try {
      const context = { request, hubMethodName: method.name, hubMethodArguments: args };
      const verdict = isAuthorized(method.authorize, user, context);
      return verdict instanceof Promise ? verdict.then(decided, failed) : decided(verdict);
    } catch (error) {
      failed(error);
      return undefined;
    }
  }

  #run(
    connection: HubConnection,
    message: Invocation,
    method: HubMethod,
    values: readonly unknown[],
  ): Promise<void> | undefined {
    const asStream = message.type === MessageType.StreamInvocation;
    if (method.streams !== asStream) {
      const text = asStream
        ? errorTexts.streamingCallOfPlainMethod
        : errorTexts.plainCallOfStreamingMethod;
      this.#fail(connection, message, text(message.target));
      return undefined;
    }
    const call = new HubCall(connection, this.#groups, message);
    const refused = asStream ? connection.streams.begin(message.invocationId, call) : undefined;
    if (refused !== undefined) {
      this.#fail(connection, message, refused);
      return undefined;
    }
    let hub: Hub<never> | undefined;
    try {
      const created = this.#create();
      beginCall(created, call);
      hub = created; // one that is not ours to end never gets here
      const args = withUploads(method, values, message.streamIds, connection.streams);
      const result = this.#filters.hasInvoking
        ? this.#invokeFiltered(call, created, method, args)
        : method.run.apply(created, args as unknown[]);
      if (asStream) {
        // A stream does not hold up calls, nor does an upload: what is waited for is only that it starts.
        void this.#stream(call, message, method, created, result);
        return undefined;
      }
      if (isThenable(result)) {
        const answered = this.#finish(connection, message, method, created, result);
        return message.streamIds?.length ? undefined : answered;
      }
      this.#end(connection, message, hub);
      this.#complete(connection, message, result);
    } catch (error) {
      if (asStream) connection.streams.end(message.invocationId);
      this.#end(connection, message, hub);
      this.#methodFailed(connection, message, method, error);
    }
    return undefined;
  }

  #invokeFiltered(
    call: HubCall,
    hub: Hub<never>,
    method: HubMethod,
    args: readonly unknown[],
  ): Promise<unknown> {
    const invocation = { context: call.context, hub, hubMethodName: method.name, arguments: args };
    return this.#filters.invoke(invocation, (changed) =>
      method.run.apply(hub, changed.arguments as unknown[]),
    );
  }

  async #finish(
    connection: HubConnection,
    message: Invocation,
    method: HubMethod,
    hub: Hub<never>,
    pending: PromiseLike<unknown>,
  ): Promise<void> {
    try {
      const result = await pending;
      this.#end(connection, message, hub);
      this.#complete(connection, message, result);
    } catch (error) {
      this.#end(connection, message, hub);
      this.#methodFailed(connection, message, method, error);
    }
  }

  async #stream(
    call: HubCall,
    message: StreamInvocationMessage,
    method: HubMethod,
    hub: Hub<never>,
    result: unknown,
  ): Promise<void> {
    const { connection } = call;
    const { invocationId } = message;
    let sentence = errorTexts.unexpectedError(message.target);
    let answer: CompletionMessage = {
      type: MessageType.Completion,
      invocationId,
      hasResult: false,
    };
    try {
      const source = streamSource(await result);
      if (source === undefined) answer = { ...answer, error: errorTexts.noStream(message.target) };
      else {
        sentence = errorTexts.streamFailed;
        await pumpStream(call, invocationId, source);
      }
    } catch (error) {
      // A source that ends with an AbortError when it is cancelled does what it should.
      if (!(call.isCancelled && isAbort(error))) {
        this.#log(connection, method.name, error);
        answer = { ...answer, error: this.errorText(sentence, error) };
      }
    }
    const cut = connection.streams.end(invocationId);
    if (cut !== undefined && call.isCancelled) answer = { ...answer, error: cut };
    this.#end(connection, message, hub);
    this.#sendError(connection, message.target, answer);
  }

  /** The call is over for its hub and its uploads, before it is answered. */
  #end(connection: HubConnection, message: Invocation, hub: Hub<never> | undefined): void {
    if (hub !== undefined) endCall(hub);
    if (message.streamIds?.length) connection.streams.uploads.close(message.streamIds);
  }

  #complete(connection: HubConnection, message: Invocation, result: unknown): void {
    if (message.invocationId === undefined) return;
    connection.send({
      type: MessageType.Completion,
      invocationId: message.invocationId,
      hasResult: true,
      result,
    });
  }

  #bindingFailed(connection: HubConnection, message: Invocation, error: unknown): void {
    if (!(error instanceof BindingError)) this.#log(connection, message.target, error); // a schema that throws is a fault of ours
    const text = errorTexts.failedToInvoke(message.target);
    // The sentence carries the name of its .NET class already.
    const detail = error instanceof BindingError ? error.message : describe(error);
    this.#fail(connection, message, this.options.enableDetailedErrors ? `${text} ${detail}` : text);
  }

  #methodFailed(
    connection: HubConnection,
    message: Invocation,
    method: HubMethod,
    error: unknown,
  ): void {
    this.#log(connection, method.name, error);
    this.#fail(
      connection,
      message,
      this.errorText(errorTexts.unexpectedError(message.target), error),
    );
  }

  /** The sentence for clients: the text of a HubError always, of others only with detailed errors. */
  errorText(sentence: string, error: unknown): string {
    const visible = error instanceof HubError || this.options.enableDetailedErrors;
    return visible ? `${sentence} ${describe(error)}` : sentence;
  }

  #fail(connection: HubConnection, message: Invocation, error: string): void {
    if (message.streamIds?.length) connection.streams.uploads.close(message.streamIds);
    if (message.invocationId === undefined) return;
    this.#sendError(connection, message.target, {
      type: MessageType.Completion,
      invocationId: message.invocationId,
      hasResult: false,
      error,
    });
  }

  /** A serializer that cannot even write a sentence leaves nothing to say. */
  #sendError(connection: HubConnection, target: string, answer: CompletionMessage): void {
    try {
      connection.send(answer);
    } catch (error) {
      this.options.logger.error(errorTexts.sendFailed(target), error);
      connection.abort();
    }
  }

  #log(connection: HubConnection, method: string, error: unknown): void {
    if (diagnostics.invocationFailed.hasSubscribers) {
      const { connectionId } = connection;
      diagnostics.invocationFailed.publish({
        hubName: this.hubName,
        hubMethodName: method,
        connectionId,
        error,
      });
    }
    if (error instanceof HubError) return;
    if (isAbort(error) && connection.isClosing) return; // a call that stops with its connection does what it should
    this.options.logger.error(errorTexts.methodFailed(this.hubName, method), error);
  }

  async #withHub(
    connection: HubConnection,
    run: (hub: Hub<never>, call: HubCall) => Promise<void>,
  ): Promise<void> {
    const call = new HubCall(connection, this.#groups, undefined);
    const hub = this.#create();
    beginCall(hub, call);
    try {
      await run(hub, call);
    } finally {
      endCall(hub);
    }
  }
}

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : `Error: ${String(error)}`;

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as { then?: unknown }).then === 'function';

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';
