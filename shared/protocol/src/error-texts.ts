/** Every text that a user of this package can see, in one place. Those of the protocol are ASP.NET Core's. */
export const errorTexts = {
  errorReadingJson: 'Error reading JSON.',
  missingProperty: (name: string) => `Missing required property '${name}'.`,
  wrongPropertyType: (name: string, type: string) => `Expected '${name}' to be of type ${type}.`,
  resultAndError: "The 'error' and 'result' properties are mutually exclusive.",
  unexpectedJsonToken: (found: string) => `Unexpected JSON Token Type '${found}'. Expected a JSON Object.`,
  messageTooLarge: (limit: number) =>
    `The maximum message size of ${limit}B was exceeded. The message size can be configured in AddHubOptions.`,
  tooDeep: (limit: number) => `Error reading JSON. A value is nested deeper than ${limit} levels.`,
} as const;
