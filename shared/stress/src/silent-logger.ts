const ignore = (): void => undefined;

/** A logger for servers whose connections a test breaks on purpose. */
export const silentLogger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
