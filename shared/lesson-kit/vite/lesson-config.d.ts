import type { UserConfig } from 'vite';

/** Returns the Vite configuration of the lesson in `folder`. */
export function lessonConfig(folder: string): UserConfig;

/** Returns the Vite configuration of the lab of the lesson in `folder`. */
export function labConfig(folder: string): UserConfig;
