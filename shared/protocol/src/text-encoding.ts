interface Decoder {
  decode(input?: Uint8Array, options?: { stream?: boolean }): string;
}
interface Encoder {
  encode(input?: string): Uint8Array;
}

/**
 * The two globals that Node and every browser share. This package is compiled without the types of
 * the DOM and of Node, so using another global does not compile.
 */
export const { TextDecoder, TextEncoder } = globalThis as unknown as {
  TextDecoder: new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }) => Decoder;
  TextEncoder: new () => Encoder;
};
export type TextDecoder = Decoder;
