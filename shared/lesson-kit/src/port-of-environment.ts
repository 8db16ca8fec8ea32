import { errorTexts } from './error-texts.ts';

/**
 * The port that the variable `PORT` names, else `otherwise`. 0 is any free port.
 * @throws Error with a sentence for the user where `PORT` is no port.
 * @example const port = portOfEnvironment(4100);
 */
export function portOfEnvironment(
  otherwise: number,
  text: string | undefined = process.env['PORT'],
): number {
  if (text === undefined || text === '') return otherwise;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new Error(errorTexts.noPort(text));
  return port;
}
