/** An object of a C# class: JSON writes its members in camel case, MessagePack with capitals. Any other object is a dictionary, whose keys stay. */
export class DotnetObject {}

/** A C# double: in MessagePack nine bytes, whole or not. */
export class Double {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A value of the reference's enum: its number in JSON, its name in MessagePack. */
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
