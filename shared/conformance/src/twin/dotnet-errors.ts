/** Detailed errors show the name of the class: .NET's, so that the twin's texts are the recorded ones. */
export class InvalidOperationException extends Error {
  override readonly name = 'InvalidOperationException';
}
