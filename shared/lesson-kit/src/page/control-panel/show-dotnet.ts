import type { DotnetState } from '../../instances/start-dotnet.ts';

const texts: Record<DotnetState, string> = {
  absent: 'No .NET SDK here: no C# server',
  installed: 'Let a C# server join',
  starting: 'The C# server is being built',
  running: 'A C# server has joined',
};

/**
 * Shows the state of the C# server on a button. It is disabled if the .NET SDK is not installed.
 */
export function showDotnet(button: HTMLButtonElement, state: DotnetState): void {
  button.textContent = texts[state];
  button.disabled = state !== 'installed';
}
