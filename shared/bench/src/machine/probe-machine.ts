import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { findCommand } from '@practical-signalr/lesson-kit';

/** The facts about a machine that decide what can be measured. Tests replace them. */
export interface MachineProbe {
  readonly cores: number;
  /** The number of files and sockets that a process may open. */
  readonly openFileLimit: number;
  /** Returns the path of an installed command, or undefined. */
  readonly findTool: (name: string) => string | undefined;
}

/** Returns the facts about this machine. */
export const probeMachine = (): MachineProbe => ({
  cores: cpus().length,
  openFileLimit: readOpenFileLimit(),
  findTool: (name) => findCommand(name),
});

/**
 * Returns the hard limit, because Node, .NET and the load generator raise their own limit to it.
 * Elsewhere than on Linux, the usual hard limit is assumed.
 */
function readOpenFileLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const [, hard = ''] = /^Max open files\s+\S+\s+(\S+)/m.exec(limits) ?? [];
    return hard === 'unlimited' ? 1e6 : Number(hard);
  } catch {
    return 1024;
  }
}
