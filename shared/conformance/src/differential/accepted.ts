/** A difference that is intended: the kinds that it covers, and why our answer is better. */
export interface AcceptedDifference {
  /** Matches the kind of a difference. */
  readonly pattern: RegExp;
  readonly reason: string;
}

/**
 * The differences that are intended. Add an entry only if our answer is better for users, and say
 * why.
 */
export const acceptedDifferences: readonly AcceptedDifference[] = [
  {
    pattern: /\| no answer to the last call \|/,
    reason:
      'After a message of an unknown type, ASP.NET Core stops reading what it has already received, so later calls in the same read get no answer. This server ignores the message and continues, as the specification asks for.',
  },
  {
    pattern:
      /^delivery \| (?:\w*Group\w*|SendTo\w*|)? ?\| (?:result null|call of Receive) \| (?:error An unexpected error occurred invoking 'X' on the server\.|result null)/,
    reason:
      'Empty names of groups, users and connections are refused at the sender. ASP.NET Core accepts them silently, and nobody receives the message.',
  },
  {
    pattern: /^json-\w+ \| Echo(?:Float|Double) \| close .* \| error An unexpected error/,
    reason:
      'A result that JSON cannot represent (infinity) fails its call. ASP.NET Core closes the connection.',
  },
  {
    pattern: /\| close .*Error reading JSON\. allowReconnect …end \| …space$/,
    reason: 'The error message adds that a value is nested deeper than 64 levels.',
  },
  {
    pattern: /^authorization \|.*\| \d* ?#? ?\w+: # .*# /,
    reason:
      'A connection belongs to the user that negotiated it, also if a token without a subject is used for one of the requests. ASP.NET Core compares the users only if both have a name.',
  },
  {
    pattern: /^transport-requests \|.*No Connection with that ID/,
    reason:
      'A connection id belongs to the hub that issued it. ASP.NET Core finds it under the path of every hub.',
  },
  {
    pattern: /-(?:streams|uploads|calls) \|.*\| item \w+ \| completion/,
    reason:
      'A canceled stream ends at once. ASP.NET Core still sends the items of a method that ignores its cancellation token.',
  },
];
