import { errors } from '../errors.ts';
import type { Instance } from './instance.ts';

const addresses = (): string => process.env['INSTANCES'] ?? '';

/**
 * Returns an instance that another process starts and stops, for example in its own container. The
 * environment variable `INSTANCES` lists the addresses in the order of the numbers at the end of
 * the names: `http://instance-1:4171,http://instance-2:4172`. Returns undefined if it is not set.
 * @throws Error if the address is missing or invalid.
 */
export function instanceElsewhere(name: string, text = addresses()): Instance | undefined {
  if (text === '') return undefined;
  const address = text.split(',')[Number(/\d+$/.exec(name)?.[0]) - 1]?.trim() ?? '';
  if (!URL.canParse(address)) throw errors.instanceAddressMissing(name, text);
  const instance = {
    name,
    url: new URL(address).origin,
    pid: 0,
    ended: new Promise<never>(() => undefined),
    close: () => Promise.resolve(),
    kill: () => Promise.reject(errors.instancesRunElsewhere()),
  };
  return instance;
}

/**
 * Checks that this process starts the instances, before it starts them with other settings.
 * @throws Error if `INSTANCES` is set, so that they run elsewhere.
 */
export function mustRunHere(): void {
  if (addresses() !== '') throw errors.instancesRunElsewhere();
}
