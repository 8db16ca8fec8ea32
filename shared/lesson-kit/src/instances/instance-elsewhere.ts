import { errors } from '../errors.ts';
import type { Instance } from './instance.ts';

const addresses = (): string => process.env['INSTANCES'] ?? '';

/**
 * An instance that somebody else starts and ends, in a container of its own: the variable `INSTANCES` has their addresses,
 * `http://instance-1:4171,http://instance-2:4172`, in the order of the numbers at the end of their names. Undefined without it.
 * @throws Error with a sentence for the user where the address is missing or none.
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
 * For a switch that starts instances again with other settings.
 * @throws Error with a sentence for the user where `INSTANCES` says that they run elsewhere.
 */
export function mustRunHere(): void {
  if (addresses() !== '') throw errors.instancesRunElsewhere();
}
