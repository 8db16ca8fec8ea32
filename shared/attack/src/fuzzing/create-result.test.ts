import { expect, test } from 'vitest';
import { createResult } from './create-result.ts';

test('the row of a run contains its numbers and the command that repeats it', () => {
  const parser = { name: 'json', description: 'hub messages' };
  const outcomes = { messages: 1500, ERR_SIGNALR_PROTOCOL_INVALID_JSON: 10, nothing: 2 };
  const result = { parser: 'json', seed: 7, inputs: 1512, outcomes };
  expect(createResult(parser, result, 60)).toEqual({
    area: 'inputs',
    check: 'json: hub messages',
    tried: '1,512 inputs in 60 s',
    outcome: 'no fault; 3 different documented outcomes',
    violations: 0,
    command: 'npm run fuzz -- --parser json --seconds 60 --seed 7',
  });
});
