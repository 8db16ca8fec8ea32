const DATE_TIME =
  /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::(\d\d)(?:\.(?!$)(\d{0,16}))?)?(?:(Z)|([+-])(\d\d)(?::(\d\d))?)?)?$/;
const MAXIMUM_OFFSET = 14 * 60;
const MILLISECONDS_PER_MINUTE = 60_000;

interface DateParts {
  /** The date and time without fraction and offset, as a Date in UTC. */
  readonly local: Date;
  /** Up to seven digits with a leading point, or nothing. */
  readonly fraction: string;
  readonly isUtc: boolean;
  /** In minutes. Undefined if the text has no offset. */
  readonly offset: number | undefined;
}

function parse(text: string): DateParts | undefined {
  const match = DATE_TIME.exec(text);
  if (match === null) return undefined;
  const [, date, minutes = '00:00', seconds = '00', digits = '', utc, sign, hours, rest] = match;
  const written = `${date}T${minutes}:${seconds}`;
  const local = new Date(`${written}Z`);
  const isValid = !Number.isNaN(local.getTime()) && format(local) === written;
  if (!isValid || written.startsWith('0000')) return undefined;
  const size = Number(hours) * 60 + Number(rest ?? 0);
  const offset = sign === undefined ? undefined : size * (sign === '-' ? -1 : 1);
  if (offset !== undefined && (size > MAXIMUM_OFFSET || Number(rest ?? 0) > 59)) return undefined;
  const fraction = digits.slice(0, 7).replace(/0+$/, '');
  return {
    local,
    fraction: fraction === '' ? '' : `.${fraction}`,
    isUtc: utc !== undefined,
    offset,
  };
}

const format = (date: Date): string => date.toISOString().slice(0, 'yyyy-MM-ddTHH:mm:ss'.length);

const toUtc = ({ local, offset = 0 }: DateParts): Date =>
  new Date(local.getTime() - offset * MILLISECONDS_PER_MINUTE);

/** Returns whether .NET can represent the date: its years are 0001 to 9999. */
const isInRange = (date: Date): boolean => /^(?!0000)\d{4}-/.test(date.toISOString());

/**
 * Returns a C# DateTime as System.Text.Json writes it, or undefined if the text is none. A time
 * with an offset becomes local time, which is UTC on the recorded server.
 */
export function readDateTime(text: string): string | undefined {
  const parts = parse(text);
  if (parts === undefined || !isInRange(toUtc(parts))) return undefined;
  if (parts.offset !== undefined) return `${format(toUtc(parts))}${parts.fraction}+00:00`;
  return `${format(parts.local)}${parts.fraction}${parts.isUtc ? 'Z' : ''}`;
}

/** Returns a C# DateTimeOffset as System.Text.Json writes it, or undefined if the text is none. */
export function readDateTimeOffset(text: string): string | undefined {
  const parts = parse(text);
  if (parts === undefined || !isInRange(toUtc(parts))) return undefined;
  const { offset = 0 } = parts;
  const size = Math.abs(offset);
  const hours = String(Math.floor(size / 60)).padStart(2, '0');
  const minutes = String(size % 60).padStart(2, '0');
  const sign = offset < 0 ? '-' : '+';
  return `${format(parts.local)}${parts.fraction}${sign}${hours}:${minutes}`;
}

const TIME_SPAN = /^(-?)(?:(\d+)|(?:(\d+)\.)?(\d+):(\d+)(?::(\d+)(?:\.(\d{1,7}))?)?)$/;
const TICKS_PER_SECOND = 10_000_000n;
const MAXIMUM_TICKS = 2n ** 63n - 1n;

/** Returns a C# TimeSpan as System.Text.Json writes it, or undefined if the text is none. */
export function readTimeSpan(text: string): string | undefined {
  const match = TIME_SPAN.exec(text);
  if (match === null) return undefined;
  const [, sign, onlyDays, days = onlyDays ?? '0', hours = '0', minutes = '0'] = match;
  const [seconds = '0', digits = ''] = match.slice(6);
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const fraction = Number(digits) === 0 ? '' : `.${digits.padEnd(7, '0')}`;
  const minutesOfAll = (BigInt(days) * 24n + BigInt(hours)) * 60n + BigInt(minutes);
  const secondsOfAll = minutesOfAll * 60n + BigInt(seconds);
  const ticks = secondsOfAll * TICKS_PER_SECOND + BigInt(digits.padEnd(7, '0'));
  if (ticks > MAXIMUM_TICKS + (sign === '-' ? 1n : 0n)) return undefined;
  const daysText = Number(days) === 0 ? '' : `${BigInt(days)}.`;
  const clock = [hours, minutes, seconds].map((part) => String(Number(part)).padStart(2, '0'));
  const span = `${daysText}${clock.join(':')}${fraction}`;
  return ticks === 0n ? span : sign + span;
}
