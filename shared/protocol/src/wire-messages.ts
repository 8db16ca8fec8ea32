/** The messages of System.Text.Json for invalid JSON. */
const jsonSyntax = {
  noTokens:
    'The input does not contain any JSON tokens. Expected the input to start with a valid JSON token, when isFinalBlock is true.',
  notClosed:
    'Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed.',
  textAfterValue: (found: string) =>
    `'${found}' is invalid after a single JSON value. Expected end of data.`,
  invalidStartOfValue: (found: string) => `'${found}' is an invalid start of a value.`,
  invalidAfterValue: (found: string) =>
    `'${found}' is invalid after a value. Expected either ',', '}', or ']'.`,
  mismatchedEnd: (found: string) => `'${found}' is invalid without a matching open.`,
  invalidStartOfProperty: (found: string) =>
    `'${found}' is an invalid start of a property name. Expected a '"'.`,
  startOfPropertyOrValueMissing:
    'Expected start of a property name or value, but instead reached end of data.',
  colonMissing: (found: string) => `'${found}' is invalid after a property name. Expected a ':'.`,
  valueMissing: 'Expected a value, but instead reached end of data.',
  trailingCommaInObject: () =>
    'The JSON object contains a trailing comma at the end which is not supported in this mode. Change the reader options.',
  trailingCommaInArray: () =>
    'The JSON array contains a trailing comma at the end which is not supported in this mode. Change the reader options.',
  tooDeep: (limit: number, isObject: boolean) =>
    `The maximum configured depth of ${limit} has been exceeded. Cannot read next JSON ${isObject ? 'object' : 'array'}.`,
  endOfStringMissing: 'Expected end of string, but instead reached end of data.',
  invalidInString: (found: string) =>
    `'${found}' is invalid within a JSON string. The string should be correctly escaped.`,
  invalidEscape: (found: string) =>
    `'${found}' is an invalid escapable character within a JSON string. The string should be correctly escaped.`,
  invalidHexDigit: (found: string) =>
    `'${found}' is not a hex digit following '\\u' within a JSON string. The string should be correctly escaped.`,
  invalidLiteral: (found: string, literal: string) =>
    `'${found}' is an invalid JSON literal. Expected the literal '${literal}'.`,
  leadingZero: (found: string) => `Invalid leading zero before '${found}'.`,
  digitMissing: "Expected a digit ('0'-'9'), but instead reached end of data.",
  digitMissingAfterSign: (found: string) =>
    `'${found}' is invalid within a number, immediately after a sign character ('+' or '-'). Expected a digit ('0'-'9').`,
  digitMissingAfterPoint: (found: string) =>
    `'${found}' is invalid within a number, immediately after a decimal point ('.'). Expected a digit ('0'-'9').`,
  invalidEndOfNumber: (found: string) =>
    `'${found}' is an invalid end of a number. Expected a delimiter.`,
  exponentMissing: (found: string) =>
    `'${found}' is an invalid end of a number. Expected 'E' or 'e'.`,
  position: (line: number, byte: number) => `LineNumber: ${line} | BytePositionInLine: ${byte}.`,
} as const;

/**
 * The messages of protocol errors. Clients can receive them, so those that ASP.NET Core defines
 * must not change.
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
  incompleteSurrogatePair:
    'Cannot read incomplete UTF-16 JSON text as string with missing low surrogate.',
  invalidSurrogate: (unit: number) =>
    `Cannot read invalid UTF-16 JSON text as string. Invalid surrogate value: '0x${unit.toString(16).toUpperCase()}'.`,
  nullValue: (name: string) => `Null value for '${name}' is not valid.`,
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
  tooDeep: (limit: number) => `A value is nested deeper than ${limit} levels.`,
  jsonSyntax,
} as const;
