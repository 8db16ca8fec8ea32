/** A difference that is intended: the cases that it covers, and why our answer is better. */
export interface AcceptedDifference {
  /** Matches the kind of a difference. */
  readonly pattern: RegExp;
  /** Matches the input of the case. Without it, the input does not matter. */
  readonly input?: RegExp;
  readonly reason: string;
}

/** An empty string as an argument or in an array of strings. */
const EMPTY_STRING = /[[,]""[\],]/;
const NO_SUBJECT = /token\.nosub/;
/** The tokens of two users. */
const TWO_USERS = /token\.(alice|bob)\b.*token\.(?!\1)(?:alice|bob)\b/s;
/** A second streaming call with the same id. */
const REUSED_ID = /"type":4.*"invocationId":"(\w)".*"type":4.*"invocationId":"\1"/s;

/**
 * The differences that are intended. Add an entry only if our answer is better for users, and say
 * why.
 */
export const acceptedDifferences: readonly AcceptedDifference[] = [
  {
    pattern:
      /^(?:\w+-envelope|\w+-mutation|\w+-framing|handshake) \|  \| no answer to the last call \| (?:\(nothing more\)|close|error)/,
    reason:
      'After a message of an unknown type, ASP.NET Core stops reading what it has already received, so later calls in the same read get no answer. This server ignores the message and continues, as the specification asks for.',
  },
  {
    pattern:
      /^delivery \| (?:\w*Group\w*|SendTo\w*)? ?\| (?:result null|call of Receive) \| (?:error An unexpected error occurred invoking 'X' on the server\.|result null|\(nothing more\))/,
    input: EMPTY_STRING,
    reason:
      'Empty names of groups, users and connections are refused at the sender. ASP.NET Core accepts them silently, and nobody receives the message.',
  },
  {
    // The messages of all connections form one list, so a missing message shifts the next ones.
    pattern: /^delivery \|  \| call of Receive …/,
    input: EMPTY_STRING,
    reason:
      'A send whose list of names contains an empty name is refused as a whole. ASP.NET Core ignores the empty name.',
  },
  {
    pattern:
      /^json-\w+ \| \w* \| close Connection closed with an error\.(?: ArgumentException: .NET number values.*)? allowReconnect \| (?:error An unexpected error|result \w+$)/,
    input: /"arguments":\[-?[\d.]+e\+?\d{2,}/i,
    reason:
      'A result that JSON cannot represent (infinity) fails its call. ASP.NET Core closes the connection.',
  },
  {
    pattern: /^json-calls \|  \| close .* \| error Failed to invoke 'X' due to an error/,
    input: /"arguments":.*\\u[dD][89a-fA-F]/,
    reason:
      'An argument that contains half of a surrogate pair fails its call. ASP.NET Core closes the connection.',
  },
  {
    pattern: /\| close .*Error reading JSON\. allowReconnect …end \| …space$/,
    reason: 'The error message adds that a value is nested deeper than 64 levels.',
  },
  {
    pattern: /^authorization \|  \| # \w+: # (?:.* \| # \w+: # \{\} |\{\}  …digit \| …digit)$/,
    input: NO_SUBJECT,
    reason:
      'A connection belongs to the user that negotiated it, also if a token without a subject is used for one of the requests. ASP.NET Core compares the users only if both have a name.',
  },
  {
    pattern: /^authorization \|  \| # POST: # .* \| # POST: # \{\} $/,
    input: TWO_USERS,
    reason:
      'Another user cannot send on a connection that is not open yet. ASP.NET Core accepts what that user sends.',
  },
  {
    pattern: /^transport-requests \|.*\| # \w+: # .*No Connection with that ID/,
    reason:
      'A connection id belongs to the hub that issued it. ASP.NET Core finds it under the path of every hub.',
  },
  {
    pattern: /-(?:streams|uploads|calls) \|.*\| item \w+ \| completion/,
    input: /"type":5|0580a1/,
    reason:
      'A canceled stream ends at once. ASP.NET Core still sends the items of a method that ignores its cancellation token.',
  },
  {
    pattern: /^json-streams \|.*\| error Invocation ID 'X' is already in use\.$/,
    input: REUSED_ID,
    reason:
      'A client must not reuse the id of a stream before it has received its completion. Whether it may depends on the speed of the server, in ASP.NET Core too.',
  },
  {
    pattern: /^json-streams \|  \| \(nothing more\) \| completion$/,
    input: REUSED_ID,
    reason:
      'A stream gets its completion when it is canceled, also if a second call has used its id. ASP.NET Core forgets the stream.',
  },
  {
    pattern: /^messagepack-streams \|.*\| error Invocation ID 'X' is already in use\.$/,
    input: /0480a1(3\d).*0480a1\1/s,
    reason:
      'A client must not reuse the id of a stream before it has received its completion. Whether it may depends on the speed of the server, in ASP.NET Core too.',
  },
  {
    pattern: /^long-polling \| \w* \| \(nothing more\) \| (?:item|result|completion)/,
    input: /GET .*POST /,
    reason:
      'The last poll returns more messages, because this server sends what it has produced in one response. A client receives the rest with its next poll.',
  },
  {
    pattern:
      /^long-polling \|  \| # GET: # \{"content-type":"application\/octet-stream".* \| # GET: # \{"content-type":"text\/plain".*\} $/,
    input: /DELETE /,
    reason:
      'A poll that waits while its connection is deleted is answered with 204, which tells the client to stop. ASP.NET Core may answer it with 200 and no content, and the next poll fails.',
  },
  {
    pattern: /^negotiate \|.*\| # \w+: # .*non-integer protocol version/,
    input: /negotiateversion=\d+%00/i,
    reason: 'A version with a NUL character is no integer. ASP.NET Core ignores NUL characters.',
  },
  {
    pattern: /^stateful \|  \| (?:\{"type":#,"sequenceId":#\}|message 9) …digit \| …digit$/,
    input: /"type":8,"sequenceId":\d|bytes 039208/,
    reason:
      'If a client acknowledges messages that were never sent, later messages are sent again after a reconnect. ASP.NET Core loses them.',
  },
  {
    pattern: /^context \| \w* \| (?:result string|call of Connected) …% \| …\uFFFD$/,
    input: /%ff/i,
    reason:
      'Invalid UTF-8 in a query is read as U+FFFD, as the URL standard and Node do. ASP.NET Core leaves it encoded.',
  },
  {
    pattern:
      /^json-(?:envelope|mutation) \|  \| \(nothing more\) \| close Connection closed with an error\./,
    input: /"invocationId":"[^"]+".*"item":/,
    reason:
      'A message without a type, or with an invalid member, closes the connection. ASP.NET Core ignores it if it has an item for an unknown stream before the fault.',
  },
  {
    pattern: /^json-envelope \|  \| close .*KeyNotFoundException.* \| \(nothing more\)$/,
    input: /"item":.*"invocationId":/,
    reason:
      'An item of an unknown stream is ignored, because the stream may just have ended. ASP.NET Core closes the connection if the item precedes the id.',
  },
  {
    pattern:
      /^json-envelope \|  \| close .*KeyNotFoundException: No stream with id 'X' could be found\..* \| close .*Missing required property 'X'\./,
    input: /"item":/,
    reason:
      'The error names the missing or empty member. ASP.NET Core names a stream without an id.',
  },
];
