import type { FuzzedParser } from './fuzzing/fuzzed-parser.ts';
import { azureFrameParser } from './parsers/azure-frame-parser.ts';
import { httpParsers } from './parsers/http-parsers.ts';
import { hubProtocolParsers } from './parsers/hub-protocol-parsers.ts';
import { jwtParser } from './parsers/jwt-parser.ts';
import { negotiateResponseParser } from './parsers/negotiate-response-parser.ts';
import { redisEnvelopeParser } from './parsers/redis-envelope-parser.ts';

/** Every parser that reads data of clients, servers or the service. */
export const parsers: readonly FuzzedParser[] = [
  ...hubProtocolParsers,
  ...httpParsers,
  negotiateResponseParser,
  redisEnvelopeParser,
  azureFrameParser,
  jwtParser,
];
