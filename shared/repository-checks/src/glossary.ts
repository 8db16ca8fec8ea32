/** A word that user-facing text does not use in one of its senses. */
export interface GlossaryRule {
  /** Matches the word in the sense that is avoided. */
  readonly pattern: RegExp;
  /** What to write instead. */
  readonly instead: string;
  /** An example that the pattern matches. */
  readonly found: string;
  /** Examples of other senses, which the pattern must not match. */
  readonly allowed: readonly string[];
}

/**
 * The words that user-facing text avoids, because the field has better terms or they are unclear.
 */
export const glossary: readonly GlossaryRule[] = [
  {
    pattern: /\ba text (that|which|of|is|with)\b|\bas a text\b/i,
    instead: 'string',
    found: 'A text that is not set is none.',
    allowed: ['The text of the message appears.', 'Texts are in plain English.'],
  },
  {
    pattern: /\blists? of (arguments|strings|numbers|bytes|names)\b/i,
    instead: 'array',
    found: 'The value is a list of strings.',
    allowed: ['Select an entry in the list of targets.'],
  },
  {
    pattern: /\b(with|as|by) (a|one) sentence\b|\ba sentence (says|why|that)\b/i,
    instead: 'message',
    found: 'The command refuses it with a sentence that says why.',
    allowed: ['Say in one sentence what a reader understands.', 'Each sentence is short.'],
  },
  {
    pattern:
      /\b(a|an|the|each|every|this|that|which|its|four|three|two) (\w+ )?switch(es)?\b(?! (to|from|back))|\bswitches of\b/i,
    instead: 'option, or button',
    found: 'The switches of the shell; the switch turns it off.',
    allowed: ['You switch back to sticky.', 'The page switches to Long Polling.'],
  },
  {
    pattern: /\bvariables? of the shell\b|\bshell variables?\b|\bthe variable [A-Z]/,
    instead: 'environment variable',
    found: 'Set the variable PORT.',
    allowed: ['Set the environment variable PORT.', 'Store it in a module variable.'],
  },
  {
    pattern:
      /\b(connection|lesson|server|process|stream|call|session|program|it|token|client|home) (ends|ended|is over|was over)\b(?! in)/i,
    instead: 'stops, closes, exits, expires',
    found: 'The connection ends.',
    allowed: ['The file ends with a newline.', 'A client serverTimeout of 3 s ends in an error.'],
  },
  {
    pattern: /\b(given|gives?|gave|giving) up\b|\bpassed over\b/i,
    instead: 'removed, abandoned; ignored',
    found: 'A connection is given up after 15 s.',
    allowed: ['The server gives each client an id.'],
  },
  {
    pattern:
      /\bask(s|ed|ing)? (a|the|one|any|every|each|this|that|its) (\w+ )?clients?\b|\banswers? of (a|the|one) client\b/i,
    instead: 'invoke, result',
    found: 'Asking a client that does not exist fails.',
    allowed: ['The client asks for permission.', 'The server answers with 404.'],
  },
  {
    pattern: /\bpieces?\b/i,
    instead: 'chunk, part',
    found: 'What one piece still holds comes on top.',
    allowed: ['A chunk holds calls.'],
  },
  {
    pattern: /\b(a|an|the|no|upper|lower|hard|within|without) bounds?\b(?! (to|for))/i,
    instead: 'limit',
    found: 'The queue has a bound.',
    allowed: ['The server is bound to 127.0.0.1.', 'The outgoing buffer is bounded.'],
  },
  {
    pattern: /\bbeside\b/i,
    instead: 'next to, compared with',
    found: 'C# beside TypeScript',
    allowed: ['C# next to TypeScript', 'besides'],
  },
  {
    pattern: /\bwhoever\b|\bwho may\b/i,
    instead: 'the caller, an authorized user',
    found: 'The rule says who may call it.',
    allowed: ['the users that may call it'],
  },
  {
    pattern: /(?<!not |HubException: )\b(tells?|told|telling)\b(?! ([\w-]+ ){0,3}(to|apart)\b)/i,
    instead: 'reports, notifies',
    found: 'Each client is told who is connected.',
    allowed: [
      'It tells all clients to reconnect.',
      'You can tell them apart.',
      'A new client is not told which clients are connected.',
      'HubException: told',
    ],
  },
  {
    pattern: /\banew\b|\bwithout regard to case\b/i,
    instead: 'again; case-insensitively',
    found: 'Names are found without regard to case.',
    allowed: ['a new connection'],
  },
  {
    pattern:
      /\bas far as\b|(^|[.;:,(] )where (there (is|are)|needed|possible|nothing|no|none|it is not|this is not)\b/i,
    instead: 'if, to the extent that',
    found: 'It connects at once, where there is no authentication.',
    allowed: ['The page shows where the token was.', 'the place where it is needed'],
  },
  {
    pattern: /\b(takes?|took|taking) leave\b|\bhand(s|ed|ing)? on\b/i,
    instead: 'shuts down; forwarded',
    found: 'The message is handed on to the other server.',
    allowed: ['The router handles it.'],
  },
  {
    pattern: /\bstand-?ins?\b|\bstand(s|ing)? in for\b/i,
    instead: 'in-process substitute, fake',
    found: 'Without Redis, a stand-in runs in the process.',
    allowed: ['The server understands it.'],
  },
  {
    pattern: /\b(the|a|this|its) stage\b(?! of)/i,
    instead: 'control panel',
    found: 'Open the stage.',
    allowed: ['the build stage', 'a multi-stage Dockerfile'],
  },
  {
    pattern: /\bsurroundings\b|\bwishes\b|\bother doors\b/i,
    instead: 'environment; query, command; variants',
    found: 'The other doors into the same hub',
    allowed: ['the environment'],
  },
  {
    pattern: /\b(?<!code )fences?\b|\bhouse rules\b|\brules of the house\b|\btested to hold\b/i,
    instead: 'import rule; conventions; is covered by a test',
    found: 'The house rules are tested to hold.',
    allowed: ['a Markdown code fence'],
  },
  {
    pattern: /\bnobody hears\b|\bstands? in (both|the|every|each|all)\b/i,
    instead: 'it is not delivered; appears in',
    found: 'The message stands in both tabs.',
    allowed: ['It appears in both tabs.'],
  },
];
