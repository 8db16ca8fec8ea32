/** A C# decimal: `mantissa` / 10 ** `scale`. */
export interface Decimal {
  readonly mantissa: bigint;
  /** 0 to 28. */
  readonly scale: number;
}

const DECIMAL = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
const MAXIMUM_MANTISSA = 2n ** 96n - 1n;
const MAXIMUM_SCALE = 28;
/** Exponents beyond it give zero or an overflow, whatever the digits are. */
const MAXIMUM_EXPONENT = 1000;

/**
 * Reads a decimal as .NET does: digits that do not fit are rounded, half to even. Returns undefined
 * if the text is not a number, or if the number is too large.
 */
export function readDecimal(text: string): Decimal | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', power = '0'] = match;
  const exponent = Math.max(-MAXIMUM_EXPONENT, Math.min(MAXIMUM_EXPONENT, Number(power)));
  let mantissa = BigInt(whole + fraction);
  let scale = fraction.length - exponent;
  if (mantissa === 0n) return { mantissa, scale: clampScale(scale) };
  if (scale < 0) {
    mantissa *= 10n ** BigInt(-scale);
    scale = 0;
  }
  const rounded = round(mantissa, scale);
  if (rounded === undefined) return undefined;
  return sign === '-' ? { ...rounded, mantissa: -rounded.mantissa } : rounded;
}

const clampScale = (scale: number): number => Math.max(0, Math.min(MAXIMUM_SCALE, scale));

/** Drops digits until the mantissa and the scale fit. */
function round(exact: bigint, exactScale: number): Decimal | undefined {
  for (let scale = clampScale(exactScale); scale >= 0; scale--) {
    const mantissa = divide(exact, 10n ** BigInt(exactScale - scale));
    if (mantissa <= MAXIMUM_MANTISSA) return { mantissa, scale };
  }
  return undefined;
}

/** Divides positive integers, and rounds half to even. */
function divide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const twice = (dividend % divisor) * 2n;
  const isUp = twice > divisor || (twice === divisor && quotient % 2n === 1n);
  return isUp ? quotient + 1n : quotient;
}

/** Writes all digits of the scale, also zeros at the end. Zero has no sign. */
export function formatDecimal({ mantissa, scale }: Decimal): string {
  const sign = mantissa < 0n ? '-' : '';
  const digits = String(mantissa < 0n ? -mantissa : mantissa).padStart(scale + 1, '0');
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
