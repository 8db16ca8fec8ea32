import { expect, type Locator } from '@playwright/test';
import { HANG_LIMIT } from './hang-limit.ts';

const patient = expect.configure({ timeout: HANG_LIMIT });

/** Matchers that accept a list, one value for each element. */
const listMatchers = new Set<PropertyKey>(['toHaveText', 'toContainText', 'toHaveClass']);

/**
 * Playwright's `expect`, which waits until the page shows what is expected. It waits longer than
 * by default, because a slow machine is not a failure.
 *
 * Playwright describes the whole page each time that an expected element is missing, empty or
 * hidden, which was a third of the CPU time of the pages. It does not for lists, so a text or class
 * becomes a list with one value.
 * @example await see(page.locator('#state')).toHaveText('Connected');
 */
export const see: typeof patient = new Proxy(patient, {
  apply(target, self, args: Parameters<typeof patient>) {
    const assertions: object = Reflect.apply(target, self, args);
    return isLocator(args[0]) ? passLists(args[0], assertions) : assertions;
  },
});

function passLists(locator: Locator, assertions: object): object {
  return new Proxy(assertions, {
    get(target, name) {
      const matcher: unknown = Reflect.get(target, name);
      if (typeof matcher !== 'function') return matcher;
      return async (...args: unknown[]): Promise<void> => {
        const [expected, ...options] = args;
        const isOne = typeof expected === 'string' || expected instanceof RegExp;
        const isList = listMatchers.has(name) && isOne;
        if (name === 'toBeVisible') await locator.waitFor({ timeout: HANG_LIMIT });
        await Reflect.apply(matcher, target, isList ? [[expected], ...options] : args);
      };
    },
  });
}

const isLocator = (value: unknown): value is Locator =>
  typeof value === 'object' && value !== null && 'waitFor' in value;
