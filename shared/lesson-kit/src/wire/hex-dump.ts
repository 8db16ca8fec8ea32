import { secretRanges } from './redact.ts';

/** The number of bytes per line. */
const WIDE = 8;
/** The maximum number of bytes that are shown. */
const SHOWN = 2048;

/** Returns bytes as hex, with their characters next to them. The bytes of tokens are dots. */
export function hexDump(bytes: Uint8Array): string {
  const hidden = secretRanges(bytes);
  const isHidden = (at: number): boolean => hidden.some(([start, end]) => at >= start && at < end);
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, SHOWN); at += WIDE) {
    const places = Array.from(
      bytes.subarray(at, Math.min(at + WIDE, SHOWN)),
      (byte, i) => [byte, at + i] as const,
    );
    const hex = places.map(([byte, i]) =>
      isHidden(i) ? '••' : byte.toString(16).padStart(2, '0'),
    );
    const characters = places.map(([byte, i]) => {
      if (isHidden(i)) return '•';
      return byte > 31 && byte < 127 ? String.fromCharCode(byte) : '·';
    });
    lines.push(`${hex.join(' ').padEnd(WIDE * 3)} ${characters.join('')}`);
  }
  if (bytes.length > SHOWN) lines.push(`… ${bytes.length - SHOWN} more bytes`);
  return lines.join('\n');
}
