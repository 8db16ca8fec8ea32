import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('../../player/verify-redis.mjs', import.meta.url));

/**
 * Checks every target, group operation and client result between two servers with {@link ChatHub}
 * at `/messages`, in both directions and with JSON and MessagePack clients. Returns a line for each
 * failed check, and a line with the totals.
 */
export async function verifyBackplane(a: string, b: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, a, b]).catch(
    (error: unknown) => error as { stdout: string },
  );
  return stdout.split('\n').filter((line) => line.startsWith('FAIL') || /passed/.test(line));
}
