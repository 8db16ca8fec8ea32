// Loads the scenarios of one area.
import * as dsl from './dsl.mjs';
import * as msgpack from './msgpack.mjs';

export async function scenariosOf(area) {
  const list = (await import(`./scenarios/${area}.mjs`)).default;
  return typeof list === 'function' ? list({ ...msgpack, ...dsl, scenario: dsl.default }) : list;
}
