/** The time in ms after which a test that waits for an event counts as hanging. */
export const HANG_LIMIT = 120_000;
