/** The facts that decide whether `npm start` opens a browser. */
export interface BrowserEnvironment {
  /** False if the user passed `--no-open`. */
  readonly open: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly isTerminal: boolean;
  readonly platform: NodeJS.Platform;
}

/**
 * Returns whether to open a browser: the user did not decline with `--no-open` or `BROWSER=none`,
 * and is likely to be at this machine, because there is a terminal and a screen, and neither CI nor
 * SSH.
 */
export function shouldOpenBrowser(environment: BrowserEnvironment): boolean {
  const { open, env, isTerminal, platform } = environment;
  // `npm start --no-open` does not pass the option on. npm sets this variable instead.
  const isDeclinedInNpm = ['', 'false'].includes(env['npm_config_open'] ?? 'true');
  const { CI, SSH_CONNECTION, BROWSER, DISPLAY, WAYLAND_DISPLAY, WSL_DISTRO_NAME } = env;
  const hasScreen =
    platform !== 'linux' || (DISPLAY ?? WAYLAND_DISPLAY ?? WSL_DISTRO_NAME) !== undefined;
  return (
    open &&
    !isDeclinedInNpm &&
    isTerminal &&
    hasScreen &&
    BROWSER !== 'none' &&
    CI === undefined &&
    SSH_CONNECTION === undefined
  );
}
