import { runTurbo } from './run-turbo.ts';

/** `npm run build`: builds `dist/` of every package and the page of every lesson. */
export const courseBuild = (): Promise<number> => runTurbo(['build']);
