import { expect, test } from 'vitest';
import { RECOVERY_PARAMETER } from '../../client/recovery-messages.ts';
import { QueryParameters } from '../../connections/connection-request.ts';
import { wantsRecovery } from './recovery-call.ts';

test.each([
  ['', false],
  ['id=1&access_token=2', false],
  [`${RECOVERY_PARAMETER}=1`, true],
  [`id=1&${RECOVERY_PARAMETER}=`, true],
])('a client with the query "%s" recovers messages: %s', (query, isRecovering) => {
  const request = {
    path: '/hub',
    query: new QueryParameters(query),
    params: {},
    headers: {},
    remoteAddress: '127.0.0.1',
  };
  expect(wantsRecovery(request)).toBe(isRecovering);
});
