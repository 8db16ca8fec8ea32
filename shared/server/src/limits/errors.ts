import { createError } from '@practical-signalr/protocol';
import { hubError } from '../errors.ts';

/** The errors of limits that a hub reports to its client. */
export const limitErrors = {
  tooManyGroups: (maximum: number) =>
    hubError(
      'ERR_SIGNALR_TOO_MANY_GROUPS',
      `The connection is in ${maximum} groups, which is the maximum. Leave a group first.`,
    ),
  groupNameTooLong: (length: number, maximum: number) =>
    hubError(
      'ERR_SIGNALR_GROUP_NAME_TOO_LONG',
      `The name of the group has ${length} characters. The maximum is ${maximum}. Use a shorter name.`,
    ),
  groupsNotKnown: (path: string) =>
    createError(
      'ERR_SIGNALR_GROUPS_NOT_KNOWN',
      `The option 'limits.groupsPerConnection' of ${path} cannot be applied, because the scale-out keeps the groups outside of this server. Remove the option.`,
    ),
  connectionsNotKnown: (path: string, limit: string) =>
    createError(
      'ERR_SIGNALR_CONNECTIONS_NOT_KNOWN',
      `The option 'limits.${limit}' of ${path} cannot be applied, because the scale-out redirects clients to a service that accepts their connections. Remove the option.`,
    ),
  notAFunction: (option: string) =>
    createError('ERR_SIGNALR_LIMIT_INVALID', `The option 'limits.${option}' must be a function.`, {
      type: TypeError,
    }),
} as const;
