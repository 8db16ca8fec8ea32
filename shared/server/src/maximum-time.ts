/**
 * The longest time that `setTimeout` accepts, in ms: 24 days. With a longer time, it waits for
 * 1 ms.
 */
export const MAXIMUM_TIME = 2 ** 31 - 1;
