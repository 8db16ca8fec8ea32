interface Decoder {
  decode(input?: Uint8Array, options?: { stream?: boolean }): string;
}
interface Encoder {
  encode(input?: string): Uint8Array;
}

/**
 * The two globals that Node and every browser share; without the types of DOM or Node nothing else
 * can slip in.
 */
export const { TextDecoder, TextEncoder } = globalThis as unknown as {
  TextDecoder: new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }) => Decoder;
  TextEncoder: new () => Encoder;
};
export type TextDecoder = Decoder;
