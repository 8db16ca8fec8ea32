import { type InvocationMessage, MessageType, type StreamInvocationMessage } from '@practical-signalr/protocol';
import { isAuthorized } from '../authentication/authorization.ts';
import { redactTokens } from '../authentication/redact-tokens.ts';
import { errorTexts } from '../error-texts.ts';
import type { HubLifetimeManager } from '../scale-out/hub-lifetime-manager.ts';
import { BindingError, bindArguments } from './argument-binding.ts';
import { beginCall, endCall, type Hub } from './hub.ts';
import type { GroupManager } from './hub-clients.ts';
import type { HubConnection } from './hub-connection.ts';
import { HubError } from '../hub-error.ts';
import type { HubMethod } from './hub-methods.ts';
import type { HubOptions } from './hub-options.ts';
import { isIterable, pumpStream } from './stream-pump.ts';

type Invocation = InvocationMessage | StreamInvocationMessage;

/** Finds the method, binds the arguments, runs it, answers. Source: `DefaultHubDispatcher<THub>` of ASP.NET Core. */
export class HubDispatcher {
  readonly hubName: string;
  readonly options: HubOptions;
  readonly lifetime: HubLifetimeManager;
  readonly #create: () => Hub<never>;
  readonly #methods: ReadonlyMap<string, HubMethod>;
  readonly #groups: GroupManager;

  constructor(
    hubName: string,
    create: () => Hub<never>,
    methods: ReadonlyMap<string, HubMethod>,
    options: HubOptions,
    lifetime: HubLifetimeManager,
    groups: GroupManager,
  ) {
    this.hubName = hubName;
    this.#create = create;
    this.#methods = methods;
    this.options = options;
    this.lifetime = lifetime;
    this.#groups = groups;
  }

  async connected(connection: HubConnection): Promise<void> {
    await this.#withHub(connection, (hub) => hub.onConnected());
  }

  async authenticationRefreshed(connection: HubConnection): Promise<void> {
    await this.#withHub(connection, (hub) => hub.onAuthenticationRefreshed());
  }

  async disconnected(connection: HubConnection, error: Error | undefined): Promise<void> {
    await this.#withHub(connection, (hub) => hub.onDisconnected(error));
  }

  /** Runs one call to its answer. Undefined when it is answered already: most calls cost no promise. Never rejects. */
  invoke(connection: HubConnection, message: Invocation): Promise<void> | undefined {
    const method = this.#methods.get(message.target.toLowerCase());
    if (method === undefined) {
      this.#fail(connection, message, `${errorTexts.failedToInvoke(message.target)} ${errorTexts.methodDoesNotExist}`);
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
      this.options.logger.error(errorTexts.policyFailed(this.hubName, method.name), redactTokens(error, request));
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
    args: readonly unknown[],
  ): Promise<void> | undefined {
    const asStream = message.type === MessageType.StreamInvocation;
    if (method.streams !== asStream) {
      const text = asStream ? errorTexts.streamingCallOfPlainMethod : errorTexts.plainCallOfStreamingMethod;
      this.#fail(connection, message, text(message.target));
      return undefined;
    }
    let hub: Hub<never> | undefined;
    try {
      hub = this.#open(connection);
      const result = method.run.apply(hub, args as unknown[]);
      if (asStream) {
        // A stream does not hold up calls: what is waited for is only that it starts.
        void this.#stream(connection, message, hub, result);
        return undefined;
      }
      if (isThenable(result)) return this.#finish(connection, message, method, hub, result);
      endCall(hub);
      this.#complete(connection, message, result);
    } catch (error) {
      if (hub !== undefined) endCall(hub);
      this.#methodFailed(connection, message, method, error);
    }
    return undefined;
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
      endCall(hub);
      this.#complete(connection, message, result);
    } catch (error) {
      endCall(hub);
      this.#methodFailed(connection, message, method, error);
    }
  }

  async #stream(connection: HubConnection, message: Invocation, hub: Hub<never>, result: unknown): Promise<void> {
    const invocationId = message.invocationId as string;
    try {
      let items: unknown;
      try {
        items = await result;
      } catch (error) {
        this.#fail(connection, message, this.errorText(errorTexts.unexpectedError(message.target), error));
        return;
      }
      if (!isIterable(items)) {
        this.#fail(connection, message, errorTexts.noStream(message.target));
        return;
      }
      try {
        await pumpStream(connection, invocationId, items);
        connection.send({ type: MessageType.Completion, invocationId, hasResult: false });
      } catch (error) {
        this.#log(message.target, error);
        this.#fail(connection, message, this.errorText(errorTexts.streamFailed, error));
      }
    } finally {
      endCall(hub);
    }
  }

  #complete(connection: HubConnection, message: Invocation, result: unknown): void {
    if (message.invocationId === undefined) return;
    connection.send({ type: MessageType.Completion, invocationId: message.invocationId, hasResult: true, result });
  }

  #bindingFailed(connection: HubConnection, message: Invocation, error: unknown): void {
    const text = errorTexts.failedToInvoke(message.target);
    // The sentence carries the name of its .NET class already.
    const detail = error instanceof BindingError ? error.message : describe(error);
    this.#fail(connection, message, this.options.enableDetailedErrors ? `${text} ${detail}` : text);
  }

  #methodFailed(connection: HubConnection, message: Invocation, method: HubMethod, error: unknown): void {
    this.#log(method.name, error);
    this.#fail(connection, message, this.errorText(errorTexts.unexpectedError(message.target), error));
  }

  /** The sentence for clients: the text of a HubError always, of others only with detailed errors. */
  errorText(sentence: string, error: unknown): string {
    const visible = error instanceof HubError || this.options.enableDetailedErrors;
    return visible ? `${sentence} ${describe(error)}` : sentence;
  }

  #fail(connection: HubConnection, message: Invocation, error: string): void {
    if (message.invocationId === undefined) return;
    connection.send({ type: MessageType.Completion, invocationId: message.invocationId, hasResult: false, error });
  }

  #log(method: string, error: unknown): void {
    if (error instanceof HubError) return;
    this.options.logger.error(errorTexts.methodFailed(this.hubName, method), error);
  }

  #open(connection: HubConnection): Hub<never> {
    const hub = this.#create();
    beginCall(hub, { context: connection.callerContext, clients: connection.callerClients, groups: this.#groups });
    return hub;
  }

  async #withHub(connection: HubConnection, run: (hub: Hub<never>) => void | Promise<void>): Promise<void> {
    const hub = this.#open(connection);
    try {
      await run(hub);
    } finally {
      endCall(hub);
    }
  }
}

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : `Error: ${String(error)}`;

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
