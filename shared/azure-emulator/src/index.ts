export { startEmulator, type Emulator } from './start-emulator.ts';
export { DEFAULT_ACCESS_KEY, DEFAULT_PORT, type EmulatorOptions } from './emulator-options.ts';
