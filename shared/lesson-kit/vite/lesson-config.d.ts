import type { UserConfig } from 'vite';

/** The Vite configuration of the lesson in `folder`. */
export function lessonConfig(folder: string): UserConfig;
