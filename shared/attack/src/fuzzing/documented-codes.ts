import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const page = join(import.meta.dirname, '../../../docs/reference/errors.md');
const codes = new Set(readFileSync(page, 'utf8').match(/ERR_SIGNALR_[A-Z_]+/g));

/** Returns the code of a documented error, and throws every other error again. */
export function documentedCode(error: unknown): string {
  const { code } = error as { code?: unknown };
  if (error instanceof Error && typeof code === 'string' && codes.has(code)) return code;
  throw error;
}
