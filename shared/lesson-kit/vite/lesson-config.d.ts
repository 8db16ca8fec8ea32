import type { UserConfig } from 'vite';

/** The Vite configuration of the lesson in `folder`. */
export function lessonConfig(folder: string): UserConfig;

/** The Vite configuration of the lab of the lesson in `folder`. */
export function labConfig(folder: string): UserConfig;
