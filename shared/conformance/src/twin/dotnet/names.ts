import type { HubMethodOptions } from '@practical-signalr/server';

/** Names the methods as C# declares them, because error messages contain the declared names. */
export function withDotnetNames<TMethods extends Readonly<Record<string, HubMethodOptions>>>(
  methods: TMethods,
): { readonly [TName in keyof TMethods]: HubMethodOptions } {
  const named = Object.entries(methods).map(([name, options]) => {
    const dotnetName = name.charAt(0).toUpperCase() + name.slice(1);
    return [name, { name: dotnetName, ...options }] as const;
  });
  return Object.fromEntries(named) as { [TName in keyof TMethods]: HubMethodOptions };
}
