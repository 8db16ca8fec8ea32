/** The allowed names of hubs. Source: the REST API of the service. */
const pattern = /^[A-Za-z][\w`,.[\]]{0,127}$/;

/** Returns the name of a hub at the service, in lower case. Undefined if the name is invalid. */
export function hubName(hub: string | null, application?: string | null): string | undefined {
  const name =
    application === undefined || application === null || application === ''
      ? hub
      : `${application}_${hub}`;
  return name !== null && pattern.test(name) ? name.toLowerCase() : undefined;
}
