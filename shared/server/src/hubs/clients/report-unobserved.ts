/** A promise that knows whether the application handles it. */
class ObservedPromise<T> extends Promise<T> {
  // Derived promises are plain promises.
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  isObserved = false;

  // `await`, `catch`, `finally` and `Promise.all` call this method, too.
  override then<TResult = T, TError = never>(
    onFulfilled?: ((value: T) => TResult | PromiseLike<TResult>) | null,
    onRejected?: ((reason: unknown) => TError | PromiseLike<TError>) | null,
  ): Promise<TResult | TError> {
    this.isObserved = true;
    return super.then(onFulfilled, onRejected);
  }
}

/**
 * Returns a promise with the same result. If it rejects and the application does not handle it,
 * `report` is called, because an unhandled rejection would stop the process. The application can
 * still await the promise and receives the error.
 */
export function reportUnobserved<T>(
  promise: Promise<T>,
  report: (error: unknown) => void,
): Promise<T> {
  const observed = new ObservedPromise<T>((resolve, reject) => promise.then(resolve, reject));
  void Promise.prototype.then.call(observed, undefined, (error: unknown) => {
    if (!observed.isObserved) report(error);
  });
  return observed;
}
