const ignore = (): void => undefined;

/**
 * Lets the process continue if its log cannot be written, for example because the disk is full.
 * Otherwise, Node stops a process whose output fails.
 */
export function ignoreLogErrors(): void {
  for (const output of [process.stdout, process.stderr])
    if (!output.listeners('error').includes(ignore)) output.on('error', ignore);
}
