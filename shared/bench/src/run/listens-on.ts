import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The state of a listening socket in /proc/net/tcp. */
const LISTENING = '0A';

/** Returns whether a process listens on a TCP port. Reads /proc, so it works only on Linux. */
export function listensOn(pid: number, port: number): boolean {
  const sockets = listeningSockets(port);
  return sockets.size > 0 && openFiles(pid).some((file) => sockets.has(file));
}

/** Returns the sockets that listen on a port, as /proc/PID/fd names them. */
function listeningSockets(port: number): Set<string> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const sockets = new Set<string>();
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6'])
    for (const line of readLines(file)) {
      const [, address = '', , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state === LISTENING && address.endsWith(suffix)) sockets.add(`socket:[${inode}]`);
    }
  return sockets;
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return []; // a machine without IPv6 has no tcp6
  }
}

function openFiles(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).map((name) => readLink(`${folder}/${name}`));
  } catch {
    return []; // the process has exited
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // the file has been closed since the folder was read
  }
}
