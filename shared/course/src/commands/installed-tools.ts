import { findCommand } from '@practical-signalr/lesson-kit';
import { findChromium } from '@practical-signalr/lesson-kit/testing';

/** Returns the names of the tools that some tests need and that are not installed here. */
export function findMissingTools(): string[] {
  const tools: [string, string | undefined][] = [
    ['Chromium', findChromium()],
    ['redis-server', findCommand('redis-server')],
    ['haproxy', findCommand('haproxy')],
    ['nginx', findCommand('nginx')],
    ['caddy', findCommand('caddy')],
    ['the .NET SDK (dotnet)', findCommand('dotnet')],
  ];
  return tools.flatMap(([name, path]) => (path === undefined ? [name] : []));
}
