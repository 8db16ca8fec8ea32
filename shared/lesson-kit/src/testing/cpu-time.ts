import { spawnSync } from 'node:child_process';

const report = 'const{user,system}=process.cpuUsage();console.log("CPU ms",(user+system)/1000)';

/** A value of `NODE_OPTIONS`. A process that has it prints its CPU time when it exits. */
export const reportCpuTime = `--import=data:text/javascript,${encodeURIComponent(
  `process.on("exit",()=>{${report}})`,
)}`;

/** Returns the CPU time in ms that a process with {@link reportCpuTime} has printed. */
export const reportedCpuTime = (output: string): number =>
  Number(/CPU ms ([\d.]+)/.exec(output)?.[1]);

/**
 * Returns the CPU time in ms that a Node process takes that does nothing. Multiples of it are
 * limits that do not depend on how fast the machine is, or how busy.
 */
export function cpuTimeOfNode(): number {
  return reportedCpuTime(spawnSync(process.execPath, ['-e', report], { encoding: 'utf8' }).stdout);
}
