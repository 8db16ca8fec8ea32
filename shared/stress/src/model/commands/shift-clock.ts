const RealDate = Date;
let shift = 0;

class ShiftedDate extends RealDate {
  constructor(...args: ConstructorParameters<typeof Date> | []) {
    if (args.length === 0) super(RealDate.now() + shift);
    else super(...args);
  }

  static override now(): number {
    return RealDate.now() + shift;
  }
}

/** Lets the wall clock of this process jump. Monotonic clocks do not notice it. */
export function shiftClock(ms: number): void {
  shift += ms;
  globalThis.Date = ShiftedDate as DateConstructor;
}

/** Restores the wall clock. */
export function restoreClock(): void {
  shift = 0;
  globalThis.Date = RealDate;
}
