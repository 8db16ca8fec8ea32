import { findCommand } from '@practical-signalr/lesson-kit';
import { findChromium } from '@practical-signalr/lesson-kit/testing';

/** Whether a command is on the PATH. */
export const hasCommand = (name: string): boolean => findCommand(name) !== undefined;

/** Whether the browser tests have a browser. */
export const hasChromium = (): boolean => findChromium() !== undefined;
