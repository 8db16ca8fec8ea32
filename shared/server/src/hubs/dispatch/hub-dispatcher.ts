import {
  type CompletionMessage,
  MessageType,
  type StreamInvocationMessage,
} from '@practical-signalr/protocol';
import { isAuthorized } from '../../authentication/authorization.ts';
import { redactTokens } from '../../authentication/redact-tokens.ts';
import { logMessages, refusals } from '../../log-messages.ts';
import { wireMessages } from '../../wire-messages.ts';
import { BindingError, errors } from '../../errors.ts';
import type { HubLifetimeManager } from '../../scale-out/hub-lifetime-manager.ts';
import { errorText, isAbortError, isHubError } from './error-text.ts';
import { bindArguments, insertUploads } from './argument-binding.ts';
import type { ClientResultTypes } from '../client-results.ts';
import { publishFailedCall } from '../connection/diagnostics.ts';
import { FilterChain } from './filter-chain.ts';
import { HookRunner } from './hook-runner.ts';
import { beginCall, endCall, type Hub } from '../hub.ts';
import type { CallingConnection, Invocation } from '../calling-connection.ts';
import { DisposedHub } from '../ended-call.ts';
import { HubCall } from '../hub-call.ts';
import type { GroupManager, ReportSendError } from '../hub-clients.ts';
import { callMethod, type HubMethod } from './hub-method.ts';
import type { HubOptions } from '../hub-options.ts';
import { isThenable } from '../../promises/is-thenable.ts';
import { spellName } from './spell-name.ts';
import { sendWhenRoom } from '../streams/send-when-room.ts';
import { isAsyncIterable, pumpStream, streamSource } from '../streams/stream-pump.ts';

/**
 * Runs the calls of clients: finds the method, validates the arguments, checks authorization, runs
 * the method and sends the completion.
 * Source: `DefaultHubDispatcher<THub>` of ASP.NET Core.
 */
export class HubDispatcher {
  readonly hubName: string;
  readonly options: HubOptions;
  readonly lifetime: HubLifetimeManager;
  readonly clientResults: ClientResultTypes;
  readonly hooks: HookRunner;
  readonly #create: () => Hub<never>;
  readonly #methods: ReadonlyMap<string, HubMethod>;
  readonly #groups: GroupManager;
  readonly #filters: FilterChain;
  readonly #report: ReportSendError;
  readonly #disposed: DisposedHub;

  constructor(
    hubName: string,
    create: () => Hub<never>,
    methods: ReadonlyMap<string, HubMethod>,
    options: HubOptions,
    lifetime: HubLifetimeManager,
    groups: GroupManager,
    clientResults: ClientResultTypes,
    report: ReportSendError,
  ) {
    this.hubName = hubName;
    this.#create = create;
    this.#methods = methods;
    this.options = options;
    this.lifetime = lifetime;
    this.#groups = groups;
    this.#report = report;
    this.#disposed = new DisposedHub(hubName, report, options.logger);
    this.clientResults = clientResults;
    this.#filters = new FilterChain(options.filters);
    this.hooks = new HookRunner({
      create,
      groups,
      filters: this.#filters,
      report,
      disposed: this.#disposed,
    });
  }

  /**
   * Runs one call and sends its completion. Returns undefined if this is done synchronously, which
   * saves a promise for most calls. The promise never rejects.
   */
  invoke(connection: CallingConnection, message: Invocation): Promise<void> | undefined {
    const method = this.#methods.get(message.target.toLowerCase());
    if (method === undefined) {
      this.#refuse(
        connection,
        message,
        refusals.unknownMethod,
        `${wireMessages.failedToInvoke(message.target)} ${wireMessages.methodDoesNotExist}`,
      );
      return undefined;
    }
    try {
      const bound = bindArguments(method, message, connection.protocol?.transferFormat === 'Text');
      if (!(bound instanceof Promise)) return this.#authorize(connection, message, method, bound);
      return bound.then(
        (args) => this.#authorize(connection, message, method, args),
        (error: unknown) => this.#failBinding(connection, message, method, error),
      );
    } catch (error) {
      this.#failBinding(connection, message, method, error);
      return undefined;
    }
  }

  /** Runs the method if the caller is authorized. Synchronous if the method has no rule. */
  #authorize(
    connection: CallingConnection,
    message: Invocation,
    method: HubMethod,
    args: readonly unknown[],
  ): Promise<void> | undefined {
    if (message.envelopeError !== undefined) {
      connection.closeAfterInvalidMessage(message.envelopeError);
      return undefined;
    }
    if (method.authorize === undefined) return this.#run(connection, message, method, args);
    const { user, request } = connection.callerContext;
    const continueCall = (isAllowed: boolean): Promise<void> | undefined => {
      if (isAllowed) return this.#run(connection, message, method, args);
      this.#refuseUnauthorized(connection, message, method);
      return undefined;
    };
    const refuseAfterError = (error: unknown): void => {
      this.options.logger.error(
        logMessages.policyFailed(this.hubName, method.name),
        redactTokens(error, request),
      );
      const text = wireMessages.unauthorized(spellName(connection, message, method));
      this.#fail(connection, message, text);
    };
    try {
      const context = { request, hubMethodName: method.name, hubMethodArguments: args };
      const isAllowed = isAuthorized(method.authorize, user, context);
      return isAllowed instanceof Promise
        ? isAllowed.then(continueCall, refuseAfterError)
        : continueCall(isAllowed);
    } catch (error) {
      refuseAfterError(error);
      return undefined;
    }
  }

  #run(
    connection: CallingConnection,
    message: Invocation,
    method: HubMethod,
    values: readonly unknown[],
  ): Promise<void> | undefined {
    const isStreamCall = message.type === MessageType.StreamInvocation;
    if (method.streams !== isStreamCall) {
      const [reason, text] = isStreamCall
        ? [refusals.streamingCallOfPlainMethod, wireMessages.streamingCallOfPlainMethod]
        : [refusals.plainCallOfStreamingMethod, wireMessages.plainCallOfStreamingMethod];
      this.#refuse(connection, message, reason, text(spellName(connection, message, method)));
      return undefined;
    }
    const call = new HubCall(connection, this.#groups, message, this.#report);
    const streamError = isStreamCall
      ? connection.streams.begin(message.invocationId, call)
      : undefined;
    if (streamError !== undefined) {
      this.#refuse(connection, message, refusals.streamNotStarted, streamError);
      return undefined;
    }
    let hub: Hub<never> | undefined;
    try {
      const created = this.#create();
      beginCall(created, call);
      // Set after beginCall, so that an instance of another call is not ended below.
      hub = created;
      const { streamIds } = message;
      const args = insertUploads(method, values, streamIds, connection.streams, this.options);
      const result = this.#filters.hasInvocationFilters
        ? this.#invokeFiltered(call, created, method, args)
        : callMethod(created, method, args);
      if (isStreamCall) {
        // The next call runs while a stream or an upload is in progress.
        void this.#stream(call, message, method, created, result);
        return undefined;
      }
      if (isThenable(result)) {
        const completion = this.#finish(call, message, method, created, result);
        return message.streamIds?.length ? undefined : completion;
      }
      this.#end(connection, message, hub);
      const completion = this.#complete(call, message, method, result);
      return message.streamIds?.length ? undefined : completion;
    } catch (error) {
      if (isStreamCall) connection.streams.end(message.invocationId);
      this.#end(connection, message, hub);
      this.#failMethod(call, message, method, error);
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
    return this.#filters.invoke(invocation, (filtered) =>
      callMethod(hub, method, filtered.arguments),
    );
  }

  async #finish(
    call: HubCall,
    message: Invocation,
    method: HubMethod,
    hub: Hub<never>,
    pending: PromiseLike<unknown>,
  ): Promise<void> {
    const { connection } = call;
    const { invocationId } = message;
    if (invocationId !== undefined) connection.streams.beginPlain(invocationId, call);
    try {
      const result = await pending;
      if (invocationId !== undefined) connection.streams.endPlain(invocationId, call);
      this.#end(connection, message, hub);
      await this.#complete(call, message, method, result);
    } catch (error) {
      if (invocationId !== undefined) connection.streams.endPlain(invocationId, call);
      this.#end(connection, message, hub);
      this.#failMethod(call, message, method, error);
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
    const spelledName = spellName(connection, message, method);
    let errorMessage = wireMessages.unexpectedError(spelledName);
    const type = MessageType.Completion;
    let completion: CompletionMessage = { type, invocationId, hasResult: false };
    try {
      const source = streamSource(await result);
      if (source === undefined)
        completion = { ...completion, error: wireMessages.noStream(method.wireName) };
      else {
        errorMessage = wireMessages.streamFailed;
        await pumpStream(call, invocationId, source);
      }
    } catch (error) {
      // A canceled source may throw an AbortError. That is not a failure.
      if (!(call.isCanceled && isAbortError(error))) {
        this.#log(connection, method.name, error, call.isCanceled);
        this.options.activity?.observer?.onFailedCall(this.hubName);
        completion = { ...completion, error: this.errorText(errorMessage, error) };
      }
    }
    const endError = connection.streams.end(invocationId);
    if (endError !== undefined && call.isCanceled) completion = { ...completion, error: endError };
    this.#end(connection, message, hub);
    this.#sendError(connection, message.target, completion);
  }

  /** Ends the call for its hub instance and its uploads, before the completion is sent. */
  #end(connection: CallingConnection, message: Invocation, hub: Hub<never> | undefined): void {
    if (hub !== undefined) endCall(hub, this.#disposed.endedCall(connection.callerContext));
    if (message.streamIds?.length) connection.streams.uploads.close(message.streamIds);
  }

  /**
   * Sends the result. Returns undefined if it is sent at once. Otherwise, the client must read
   * earlier messages first, and the promise resolves when the result is sent. It never rejects.
   */
  #complete(
    call: HubCall,
    message: Invocation,
    method: HubMethod,
    result: unknown,
  ): Promise<void> | undefined {
    if (isAsyncIterable(result)) throw errors.streamNotDeclared(this.hubName, method.name);
    const { invocationId } = message;
    if (invocationId === undefined) return undefined;
    const type = MessageType.Completion;
    const completion: CompletionMessage = { type, invocationId, hasResult: true, result };
    const { connection } = call;
    const send = (result: CompletionMessage): void => connection.send(result);
    // An acknowledgement may follow calls that the server reads only after this one has ended.
    return sendWhenRoom(connection, send, completion, false)?.catch((error: unknown) =>
      this.#failMethod(call, message, method, error),
    );
  }

  #failBinding(
    connection: CallingConnection,
    message: Invocation,
    method: HubMethod,
    error: unknown,
  ): void {
    const text = wireMessages.failedToInvoke(spellName(connection, message, method));
    if (!(error instanceof BindingError)) {
      // The schema failed, not the client.
      this.#log(connection, method.name, error);
      this.#fail(connection, message, this.errorText(text, error));
      return;
    }
    const { enableDetailedErrors, exposeValidationErrors } = this.options;
    // The message of a BindingError contains the name of its .NET class already.
    let errorMessage = enableDetailedErrors ? `${text} ${error.message}` : text;
    if (exposeValidationErrors && error.hubError !== undefined) {
      errorMessage = this.errorText(text, error.hubError);
    }
    this.#refuse(connection, message, error.reason, errorMessage);
  }

  #failMethod(call: HubCall, message: Invocation, method: HubMethod, error: unknown): void {
    this.#log(call.connection, method.name, error, call.isCanceled);
    const text = wireMessages.unexpectedError(spellName(call.connection, message, method));
    this.#fail(call.connection, message, this.errorText(text, error));
  }

  #refuseUnauthorized(connection: CallingConnection, message: Invocation, method: HubMethod): void {
    const text = wireMessages.unauthorized(spellName(connection, message, method));
    this.#refuse(connection, message, refusals.unauthorized, text);
  }

  /** Logs why the server did not run the method, and sends the error. */
  #refuse(
    connection: CallingConnection,
    message: Invocation,
    reason: string,
    errorMessage: string,
  ): void {
    this.options.logger.debug(logMessages.callRefused(this.hubName, message.target, reason));
    this.#fail(connection, message, errorMessage);
  }

  /**
   * Returns the error message for the client. It includes the name and message of a `HubError`, and
   * those of other errors only if `enableDetailedErrors` is on.
   */
  errorText(prefix: string, error: unknown): string {
    return errorText(prefix, error, this.options.enableDetailedErrors);
  }

  #fail(connection: CallingConnection, message: Invocation, error: string): void {
    this.options.activity?.observer?.onFailedCall(this.hubName);
    if (message.streamIds?.length) connection.streams.uploads.close(message.streamIds);
    if (message.invocationId === undefined) return;
    this.#sendError(connection, message.target, {
      type: MessageType.Completion,
      invocationId: message.invocationId,
      hasResult: false,
      error,
    });
  }

  /** Sends an error. If the serializer cannot write even that, closes the connection. */
  #sendError(connection: CallingConnection, target: string, completion: CompletionMessage): void {
    try {
      connection.send(completion);
    } catch (error) {
      this.options.logger.error(logMessages.sendFailed(target), error);
      connection.abort();
    }
  }

  #log(connection: CallingConnection, method: string, error: unknown, isCanceled = false): void {
    publishFailedCall(this.hubName, method, connection.connectionId, error);
    // A call may throw an AbortError when it is canceled. That is not a failure.
    const isExpected = isAbortError(error) && (isCanceled || connection.isClosing);
    const level = isHubError(error) || isExpected ? 'debug' : 'error';
    this.options.logger[level](logMessages.methodFailed(this.hubName, method), error);
  }
}
