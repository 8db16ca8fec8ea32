import type { DotnetState } from '../../instances/start-dotnet.ts';

const texts: Record<DotnetState, string> = {
  absent: 'No .NET SDK here: no C# server',
  installed: 'Let a C# server join',
  starting: 'The C# server is being built',
  running: 'A C# server has joined',
};

/** Says on a button how it stands with the C# server; it can be pressed where one is installed. */
export function showDotnet(button: HTMLButtonElement, state: DotnetState): void {
  button.textContent = texts[state];
  button.disabled = state !== 'installed';
}
