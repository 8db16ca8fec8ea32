/** The messages for people who read or write the documentation. */
export const errorTexts = {
  buildFailed: (output: string) =>
    `VitePress could not build the documentation. Correct the error in its output:\n${output}`,
  portInUse: (port: number) =>
    `Port ${port} is in use. Stop the program that uses it, or select another port with the environment variable PORT.`,
};
