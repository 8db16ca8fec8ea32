/** What a hub may be called. Source: the REST API's own rule. */
const pattern = /^[A-Za-z][\w`,.[\]]{0,127}$/;

/** The service's name of a hub, in lower case; undefined where it cannot be one. */
export function hubName(given: string | null, application?: string | null): string | undefined {
  const name =
    application === undefined || application === null || application === ''
      ? given
      : `${application}_${given}`;
  return name !== null && pattern.test(name) ? name.toLowerCase() : undefined;
}
