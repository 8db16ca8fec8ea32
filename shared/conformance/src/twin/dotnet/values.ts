/**
 * An object of a C# class. JSON writes its members in camel case, MessagePack in Pascal case.
 * All other objects are dictionaries, whose keys are written unchanged.
 */
export class DotnetObject {}

/** A C# double. MessagePack always writes it in nine bytes, even if it is an integer. */
export class Double {
  readonly value: number;
  /**
   * The eight bytes of a number from MessagePack. They keep what distinguishes one NaN from
   * another.
   */
  readonly bytes: Uint8Array | undefined;

  constructor(value: number, bytes?: Uint8Array) {
    this.value = value;
    this.bytes = bytes;
  }
}

/** A C# float. MessagePack writes it in five bytes, JSON with as few digits as possible. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = Math.fround(value);
  }

  /** The number with the fewest digits that is the same float. */
  get shortest(): number {
    if (this.value === 0) return this.value;
    for (let digits = 1; digits < 9; digits++) {
      const rounded = Number(this.value.toPrecision(digits));
      if (Math.fround(rounded) === this.value) return rounded;
    }
    return Number(this.value.toPrecision(9));
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

/** Entries of a dictionary. Unlike the keys of an object, they keep their order. */
export class Dictionary {
  readonly entries: readonly (readonly [string, unknown])[];

  constructor(entries: Iterable<readonly [string, unknown]>) {
    this.entries = [...entries];
  }
}

/** A value whose forms in JSON and MessagePack are already known. */
export class WireForms {
  readonly json: string;
  readonly messagePack: Uint8Array;

  constructor(forms: { readonly json?: string; readonly messagePack?: Uint8Array }) {
    this.json = forms.json ?? 'null';
    this.messagePack = forms.messagePack ?? Uint8Array.of(0xc0);
  }
}
