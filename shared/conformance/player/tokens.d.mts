/** The tokens of the recordings, by name. */
export const tokens: Readonly<Record<string, string>>;
