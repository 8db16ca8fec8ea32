import type { StandardSchemaV1 } from '@standard-schema/spec';

const BASE64 = /^(?:[\w+/]{4})*(?:[\w+/]{2}==|[\w+/]{3}=)?$/;

/**
 * A schema of bytes, for `arguments`, `streamOf` and `clientResults`. It accepts a base64 string,
 * which is how JSON carries bytes, and the `Uint8Array` of MessagePack. The method receives a
 * `Uint8Array`. The server writes a `Uint8Array` and a `Buffer` as base64 in JSON, too.
 * Source: `byte[]` in System.Text.Json.
 * @example
 * signalr.mapHub('/files', FileHub, { methods: { save: { arguments: [z.string(), bytes] } } });
 */
export const bytes: StandardSchemaV1<string | Uint8Array, Uint8Array> & {
  /** The name of the type, for error messages. */
  readonly type: 'bytes';
} = {
  type: 'bytes',
  '~standard': {
    version: 1,
    vendor: 'practical-signalr',
    validate(value) {
      if (value instanceof Uint8Array) return { value };
      const isBase64 = typeof value === 'string' && !value.includes('_') && BASE64.test(value);
      return isBase64
        ? { value: new Uint8Array(Buffer.from(value, 'base64')) }
        : { issues: [{ message: 'Expected bytes: a base64 string or a Uint8Array.' }] };
    },
  },
};
