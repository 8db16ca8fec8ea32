/** Every text that a user of this package can see, in one place. */
export const errorTexts = {
  // Service protocol
  messageTooShort: 'A message of the service ends before its last item.',
  wrongType: (expected: string, byte: number) =>
    `A message of the service has the wrong type: ${expected} was expected, 0x${byte.toString(16)} found.`,
  emptyMessage: 'A message of the service has no type.',
  frameTooLarge: (size: number, limit: number) => `A message of the service has ${size} bytes; ${limit} are allowed.`,
  malformedLength: 'A message of the service starts with a length of more than 5 bytes.',
} as const;
