import { expect, test } from 'vitest';
import { causes } from './causes.ts';

test.each(['noPresencePermission', 'noHandOverPermission'] as const)(
  '%s names the command, or a key if Redis does not name one',
  (name) => {
    expect(causes[name]('zadd')).toMatch(/^Redis denies this user the command zadd of /);
    expect(causes[name](undefined)).toMatch(/^Redis denies this user a key of /);
  },
);
