import { errors } from '../errors.ts';
import { logMessages } from '../log-messages.ts';

/** The maximum length of a class name that is probably the work of a minifier. */
const LONGEST_MANGLED_NAME = 2;

interface HubClass {
  readonly name: string;
}

/** The names of the mapped hubs. All paths of a hub class share one name. */
export class HubNames {
  readonly #names = new Map<HubClass, string>();
  readonly #warn: (message: string) => void;

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  /** Returns the name of a mapped hub class. */
  nameOf(hubClass: HubClass): string {
    return this.#names.get(hubClass) ?? hubClass.name;
  }

  /**
   * Returns the name of a hub class: `name`, or the name of the class. Throws if `name` is not a
   * string or is empty, or if the class is already mapped with another name.
   */
  add(hubClass: HubClass, name: unknown): string {
    if (name !== undefined && (typeof name !== 'string' || name === ''))
      throw errors.hubNameInvalid(hubClass.name);
    const earlier = this.#names.get(hubClass);
    if (earlier !== undefined) {
      if (name !== undefined && name !== earlier)
        throw errors.hubNameChanged(hubClass.name, earlier, name);
      return earlier;
    }
    const hubName = name ?? hubClass.name;
    if (name === undefined && hubName.length <= LONGEST_MANGLED_NAME)
      this.#warn(logMessages.hubNameMangled(hubName));
    if ([...this.#names.values()].includes(hubName)) this.#warn(logMessages.hubNameShared(hubName));
    this.#names.set(hubClass, hubName);
    return hubName;
  }
}
