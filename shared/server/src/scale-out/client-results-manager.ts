import { randomBytes } from 'node:crypto';
import type { CompletionMessage } from '@practical-signalr/protocol';
import { errorTexts } from '../error-texts.ts';
import { HubError } from '../hub-error.ts';

interface Question {
  readonly connectionId: string;
  readonly end: () => void;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** An id that no client can guess: whoever knows it could answer. The form that Redis backplanes of .NET use too. */
export const newInvocationId = (): string => randomBytes(16).toString('base64').slice(0, 22);

/**
 * The questions to clients that wait for an answer. Each ends by its answer, its signal or the end of its connection.
 * Source: `ClientResultsManager` of ASP.NET Core.
 */
export class ClientResultsManager {
  readonly #questions = new Map<string, Question>();
  readonly #byConnection = new Map<string, Set<string>>();

  get size(): number {
    return this.#questions.size;
  }

  /** The answer to a question; rejects with a {HubError} where the client answers with an error, where the signal aborts, or by `fail`. */
  add(
    connectionId: string,
    invocationId: string,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    if (signal?.aborted === true)
      return Promise.reject(new HubError(errorTexts.invocationCanceled));
    return new Promise((resolve, reject) => {
      const cancel = (): void =>
        this.#take(invocationId)?.reject(new HubError(errorTexts.invocationCanceled));
      signal?.addEventListener('abort', cancel, { once: true });
      const end = (): void => signal?.removeEventListener('abort', cancel);
      this.#questions.set(invocationId, { connectionId, end, resolve, reject });
      const open = this.#byConnection.get(connectionId);
      if (open === undefined) this.#byConnection.set(connectionId, new Set([invocationId]));
      else open.add(invocationId);
    });
  }

  /**
   * Takes an answer. False where nobody asked, or nobody waits any more.
   * @throws {Error} where another connection was asked: its sender guesses or lies.
   */
  tryComplete(connectionId: string, completion: CompletionMessage): boolean {
    const question = this.#questions.get(completion.invocationId);
    if (question === undefined) return false;
    if (question.connectionId !== connectionId)
      throw new Error(errorTexts.answeredByOther(connectionId));
    this.#take(completion.invocationId);
    if (completion.error !== undefined) question.reject(new HubError(completion.error));
    else if (completion.hasResult) question.resolve(completion.result);
    else question.reject(new HubError(errorTexts.answerWithoutResult));
    return true;
  }

  /** The connection that was asked; undefined where nobody waits for its answer any more. */
  asked(invocationId: string): string | undefined {
    return this.#questions.get(invocationId)?.connectionId;
  }

  /** Ends one question with an error. */
  fail(invocationId: string, error: Error): void {
    this.#take(invocationId)?.reject(error);
  }

  /** Ends the questions to a connection that is gone. */
  connectionLost(connectionId: string): void {
    for (const id of this.#byConnection.get(connectionId) ?? []) {
      this.fail(id, new HubError(errorTexts.connectionLost(connectionId)));
    }
  }

  #take(invocationId: string): Question | undefined {
    const question = this.#questions.get(invocationId);
    if (question === undefined) return undefined;
    this.#questions.delete(invocationId);
    question.end();
    const open = this.#byConnection.get(question.connectionId);
    if (open?.delete(invocationId) === true && open.size === 0)
      this.#byConnection.delete(question.connectionId);
    return question;
  }
}
