import { expect, test } from 'vitest';
import { z } from 'zod';
import { Hub, type SignalRServer, stream, streamOf } from '../index.ts';

class TypedHub extends Hub {
  say(text: string, times: number): string {
    return text.repeat(times);
  }
  later(text: string, ms?: number): string {
    return text + String(ms);
  }
  async upload(label: string, items: AsyncIterable<number>): Promise<string> {
    for await (const item of items) return `${label} ${item}`;
    return label;
  }
}
class SmallHub extends Hub {
  async upload(items: AsyncIterable<number>): Promise<string> {
    for await (const item of items) return `${item}`;
    return '';
  }
}

test('the compiler compares the schemas of a method with its parameters', () => {
  const rest = { later: {}, upload: { arguments: [undefined, stream] } } as const;
  const check = (signalr: SignalRServer): void => {
    signalr.mapHub('/x', TypedHub, {
      methods: {
        say: { arguments: [z.string().max(9), z.coerce.number()] },
        later: { arguments: [z.string(), undefined] },
        upload: { arguments: [z.string(), streamOf(z.number())] },
      },
    });
    signalr.mapHub('/x', TypedHub, {
      methods: { ...rest, say: { arguments: [undefined, z.number()] } },
    });
    signalr.mapHub('/x', TypedHub, {
      // @ts-expect-error: the second parameter is a number
      methods: { ...rest, say: { arguments: [z.string(), z.string()] } },
    });
    signalr.mapHub('/x', TypedHub, {
      // @ts-expect-error: the second parameter is not listed
      methods: { ...rest, say: { arguments: [z.string()] } },
    });
    signalr.mapHub('/x', TypedHub, {
      // @ts-expect-error: there is no third parameter
      methods: { ...rest, say: { arguments: [z.string(), z.number(), z.string()] } },
    });
    signalr.mapHub('/x', TypedHub, {
      // @ts-expect-error: the optional parameter is not listed
      methods: { ...rest, say: {}, later: { arguments: [z.string()] } },
    });
    signalr.mapHub('/x', TypedHub, {
      // @ts-expect-error: the items are numbers
      methods: { ...rest, say: {}, upload: { arguments: [undefined, streamOf(z.string())] } },
    });
    signalr.mapHub('/x', TypedHub, {
      // @ts-expect-error: the upload is not marked
      methods: { ...rest, say: {}, upload: { arguments: [undefined, undefined] } },
    });
    // @ts-expect-error: uploads must be listed in `arguments`
    signalr.mapHub('/x', SmallHub, { methods: ['upload'] });
    // @ts-expect-error: uploads must be listed in `arguments`
    signalr.mapHub('/x', SmallHub, { methods: { upload: {} } });
    signalr.mapHub('/x', SmallHub, { methods: { upload: { arguments: [stream] } } });
  };
  expect(check).toBeTypeOf('function');
});
