import type { StandardSchemaV1 } from '@standard-schema/spec';

/** Marks a parameter as an upload. Created by `stream` and `streamOf`. */
export class StreamParameter<TItem = unknown> {
  /** The schema that validates each item. Undefined accepts any item. */
  readonly itemSchema: StandardSchemaV1<unknown, TItem> | undefined;

  constructor(itemSchema?: StandardSchemaV1<unknown, TItem>) {
    this.itemSchema = itemSchema;
  }
}

/**
 * Declares a parameter as an upload whose items are validated. The method receives an
 * AsyncIterable of the validated items. An invalid item ends the upload with a `HubError`.
 * The schema may come from any Standard Schema library.
 * @example
 * signalr.mapHub('/chart', ChartHub, {
 *   methods: { upload: { arguments: [z.string(), streamOf(z.number())] } },
 * });
 */
export const streamOf = <TItem>(
  itemSchema: StandardSchemaV1<unknown, TItem>,
): StreamParameter<TItem> => new StreamParameter(itemSchema);

/**
 * Declares a parameter as an upload of items of any type. The method receives an AsyncIterable.
 * @example
 * signalr.mapHub('/chart', ChartHub, {
 *   methods: { upload: { arguments: [undefined, stream] } },
 * });
 */
export const stream: StreamParameter<never> = new StreamParameter<never>();
