/**
 * An object of a C# class. JSON writes its members in camel case, MessagePack in Pascal case.
 * All other objects are dictionaries, whose keys are written unchanged.
 */
export class DotnetObject {}

/** A C# double. MessagePack always writes it in nine bytes, even if it is an integer. */
export class Double {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A value of the enum of the recorded server. JSON writes its number, MessagePack its name. */
export class Color {
  static readonly names: readonly string[] = ['Red', 'Green', 'Blue'];
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }

  get name(): string {
    return Color.names[this.number] ?? String(this.number);
  }
}
