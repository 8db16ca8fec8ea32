import type { Case, Grammar } from './case.ts';
import { callGrammars } from './grammars/calls.ts';
import { deliveryGrammar } from './grammars/delivery.ts';
import { framingGrammars } from './grammars/framing.ts';
import { handshakeGrammar } from './grammars/handshake.ts';
import { jsonEnvelopeGrammar } from './grammars/json-envelope.ts';
import { mutationGrammars } from './grammars/mutation.ts';
import { packEnvelopeGrammar } from './grammars/pack-envelope.ts';
import { statefulGrammar } from './grammars/stateful.ts';
import { streamGrammars } from './grammars/streams.ts';
import { Random } from './random.ts';
import { authorizationGrammar } from './requests/authorization.ts';
import { contextGrammar } from './requests/context.ts';
import { corsGrammar } from './requests/cors.ts';
import { longPollingGrammar, serverSentEventsGrammar } from './requests/http-transports.ts';
import { negotiateGrammar } from './requests/negotiate.ts';
import { transportGrammar } from './requests/transports.ts';

/** All grammars. Their weights say how many of the cases they generate. */
export const grammars: readonly Grammar[] = [
  ...callGrammars,
  jsonEnvelopeGrammar,
  packEnvelopeGrammar,
  ...mutationGrammars,
  ...framingGrammars,
  handshakeGrammar,
  ...streamGrammars,
  negotiateGrammar,
  transportGrammar,
  authorizationGrammar,
  corsGrammar,
  contextGrammar,
  longPollingGrammar,
  serverSentEventsGrammar,
  deliveryGrammar,
  statefulGrammar,
];

/** Creates the case of a seed and a number: the same one on every run. */
export function createCase(seed: number, index: number): Case {
  const random = new Random(seed, index);
  const grammar = random.weighted(grammars.map((one) => [one.weight, one] as const));
  return { seed, index, grammar: grammar.name, ...grammar.generate(random) };
}

const exclusiveNames = new Set(grammars.filter((one) => one.exclusive).map((one) => one.name));

/** Returns whether the case reaches the connections of other cases, so that it must run alone. */
export const isExclusive = ({ grammar }: Case): boolean => exclusiveNames.has(grammar);
