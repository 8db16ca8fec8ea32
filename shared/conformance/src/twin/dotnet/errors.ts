/** An error with the name of a .NET class, which detailed errors contain. */
class DotnetError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** Thrown by hub methods. Without a message, .NET writes its own. */
export class InvalidOperationException extends DotnetError {
  constructor(message: string | null) {
    super(
      'InvalidOperationException',
      message ?? 'Operation is not valid due to the current state of the object.',
    );
  }
}

/** Thrown for a value that JSON cannot represent, as System.Text.Json does. */
export class ArgumentException extends DotnetError {
  constructor(message: string) {
    super('ArgumentException', message);
  }
}

/** Returns the message of a HubException. Without a message, .NET writes its own. */
export const hubExceptionMessage = (message: string | null): string =>
  message ?? "Exception of type 'Microsoft.AspNetCore.SignalR.HubException' was thrown.";

/** Returns the value, or throws for null, as .NET does. */
export function requireValue<T>(value: T | null, parameter: string): T {
  if (value !== null) return value;
  throw new DotnetError(
    'ArgumentNullException',
    `Value cannot be null. (Parameter '${parameter}')`,
  );
}

/** Returns the value, or throws for null and the empty string, as .NET does. */
export function requireText(value: string | null, parameter: string): string {
  if (requireValue(value, parameter) !== '') return value as string;
  throw new ArgumentException(`The value cannot be an empty string. (Parameter '${parameter}')`);
}

/** Throws for a negative number, as .NET does. */
export function requireCount(count: number): number {
  if (count >= 0) return count;
  throw new DotnetError(
    'ArgumentOutOfRangeException',
    "Specified argument was out of the range of valid values. (Parameter 'count')",
  );
}

/** Returns the error that .NET throws if null is used as an object. */
export const nullReference = (): Error =>
  new DotnetError(
    'NullReferenceException',
    'Object reference not set to an instance of an object.',
  );

/** Returns the error that .NET throws if a sum does not fit into an integer. */
export const overflow = (): Error =>
  new DotnetError('OverflowException', 'Arithmetic operation resulted in an overflow.');
