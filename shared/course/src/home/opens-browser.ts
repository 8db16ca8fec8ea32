/** What decides whether `npm start` opens a browser. */
export interface Surroundings {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly isTerminal: boolean;
  readonly platform: NodeJS.Platform;
}

/**
 * Whether somebody sits in front of this machine and wants to see the home: a terminal with a screen behind it, no CI, no SSH;
 * `--no-open` and `BROWSER=none` say no.
 */
export function opensBrowser({ args, env, isTerminal, platform }: Surroundings): boolean {
  // `npm start --no-open` keeps the option for itself and hands it on as an empty variable.
  const declined =
    args.includes('--no-open') || ['', 'false'].includes(env['npm_config_open'] ?? 'true');
  const { CI, SSH_CONNECTION, BROWSER, DISPLAY, WAYLAND_DISPLAY, WSL_DISTRO_NAME } = env;
  const screen =
    platform !== 'linux' || (DISPLAY ?? WAYLAND_DISPLAY ?? WSL_DISTRO_NAME) !== undefined;
  return (
    isTerminal &&
    screen &&
    !declined &&
    BROWSER !== 'none' &&
    CI === undefined &&
    SSH_CONNECTION === undefined
  );
}
