/** The load balancers between clients and servers that commands accept. */
export const frontNames = ['lessons', 'haproxy', 'nginx'] as const;

/** The name of a load balancer. */
export type FrontName = (typeof frontNames)[number];
