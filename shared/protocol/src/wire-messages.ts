/**
 * The messages of protocol errors. Clients can receive them, so those that ASP.NET Core defines must
 * not change.
 */
export const wireMessages = {
  errorReadingJson: 'Error reading JSON.',
  missingProperty: (name: string) => `Missing required property '${name}'.`,
  messageContent: (content: string) => `Message content: ${content}`,
  wrongPropertyType: (name: string, type: string) => `Expected '${name}' to be of type ${type}.`,
  expectedBoolean: (name: string) => `Expected '${name}' to be true or false.`,
  wrongHeaderType: (name: string) => `Expected header '${name}' to be of type String.`,
  numberOutOfBounds: (type: string) =>
    `Either the JSON value is not in a supported format, or is out of bounds for an ${type}.`,
  loneSurrogate: 'Cannot read incomplete UTF-16 JSON text as string with missing low surrogate.',
  tokenNotString: (token: string) => `Cannot get the value of a token type '${token}' as a string.`,
  resultAndError: "The 'error' and 'result' properties are mutually exclusive.",
  unexpectedJsonToken: (found: string) =>
    `Unexpected JSON Token Type '${found}'. Expected a JSON Object.`,
  messageTooLarge: (limit: number) =>
    `The maximum message size of ${limit}B was exceeded. The message size can be configured in AddHubOptions.`,
  errorReadingMessagePack: 'Error reading MessagePack.',
  bytesLeftOver: 'Error reading MessagePack. Bytes follow the last value.',
  endOfMessagePack: 'Attempted to read past the end of the stream.',
  unexpectedMessagePackCode: (code: number, name: string) =>
    `Unexpected msgpack code ${code} (${name}) encountered.`,
  tooDeepMessagePack: (limit: number) =>
    `Error reading MessagePack. A value is nested deeper than ${limit} levels.`,
  messageOver2Gb: 'Messages over 2GB in size are not supported.',
  readingFailed: (name: string, type: string) => `Reading '${name}' as ${type} failed.`,
  readingArrayFailed: (name: string) => `Reading array length for '${name}' failed.`,
  readingMapFailed: (name: string) => `Reading map length for '${name}' failed.`,
  nullOrEmpty: (name: string) => `Null or empty ${name}.`,
  invalidResultKind: 'Invalid invocation result kind.',
  tooDeep: (limit: number) => `Error reading JSON. A value is nested deeper than ${limit} levels.`,
} as const;
