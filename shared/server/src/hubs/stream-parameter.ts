import type { StandardSchemaV1 } from '@standard-schema/spec';

/** Says that a parameter is an upload: the method gets an AsyncIterable of its items. */
export class StreamParameter {
  /** Checks each item; undefined takes any. */
  readonly itemSchema: StandardSchemaV1 | undefined;

  constructor(itemSchema?: StandardSchemaV1) {
    this.itemSchema = itemSchema;
  }
}

/**
 * A parameter that is an upload whose items are checked, wherever it stands. An item that does not fit ends the upload with an error.
 * @example
 * signalr.mapHub('/chart', ChartHub, { methods: { upload: { arguments: [z.string(), streamOf(z.number())] } } });
 */
export const streamOf = (itemSchema: StandardSchemaV1): StreamParameter =>
  new StreamParameter(itemSchema);

/**
 * A parameter that is an upload of items of any type.
 * @example
 * signalr.mapHub('/chart', ChartHub, { methods: { upload: { arguments: [undefined, stream] } } });
 */
export const stream: StreamParameter = new StreamParameter();
