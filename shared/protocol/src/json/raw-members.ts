/** A string of JSON, with its quotes. */
const STRING = /"(?:[^"\\]|\\.)*"?/y;

/**
 * Returns the length of the first JSON object in a text, or -1 if the text does not begin with a
 * complete object. The object may be invalid otherwise.
 */
export function objectLength(text: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') {
      STRING.lastIndex = i;
      STRING.test(text);
      i = STRING.lastIndex - 1;
      if (i < 0) return -1;
    } else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') {
      depth--;
      if (depth === 0) return i + 1;
    }
  }
  return -1;
}

/**
 * Returns the text of a number that is a member of a JSON object, because `JSON.parse` does not
 * tell 1 from 1.0. If the member occurs twice, the last one counts. `object` must be valid JSON.
 */
export function rawNumber(object: string, name: string): string | undefined {
  let depth = 0;
  let found: string | undefined;
  for (let i = 0; i < object.length; i++) {
    const character = object[i];
    if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    else if (character === '"') {
      const start = i;
      STRING.lastIndex = i;
      STRING.test(object);
      i = STRING.lastIndex - 1;
      if (depth !== 1) continue;
      const number = /^\s*:\s*(-?[\d.eE+-]+)/.exec(object.slice(i + 1, i + 100))?.[1];
      if (number !== undefined && JSON.parse(object.slice(start, i + 1)) === name) found = number;
    }
  }
  return found;
}
