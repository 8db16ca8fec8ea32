/** Which of the servers this is. */
export const instance = process.env['INSTANCE'] ?? 'instance 1';
