/** Has the name of the .NET class, because detailed errors contain it and must equal the recorded ones. */
export class InvalidOperationException extends Error {
  override readonly name = 'InvalidOperationException';
}

/** Thrown for a value that JSON cannot represent, as System.Text.Json does. */
export class ArgumentException extends Error {
  override readonly name = 'ArgumentException';
}
