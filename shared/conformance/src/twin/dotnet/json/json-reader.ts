import { createJsonNode, type JsonNode } from './json-node.ts';

const TOKEN = /\s*([{}[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+)/y;

/** Reads a JSON text. The text must be valid: the server has parsed it before. */
export function readJson(text: string): JsonNode {
  let at = 0;

  function nextToken(): { readonly token: string; readonly start: number } {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) throw new SyntaxError('The JSON text is incomplete.');
    at = TOKEN.lastIndex;
    return { token, start: at - token.length };
  }
  function readList<T>(end: string, readItem: (first: string, start: number) => T): T[] {
    const list: T[] = [];
    for (let { token, start } = nextToken(); token !== end; { token, start } = nextToken()) {
      if (token === ',') continue;
      list.push(readItem(token, start));
    }
    return list;
  }
  function readMember(name: string): readonly [string, JsonNode] {
    nextToken(); // the colon
    const { token, start } = nextToken();
    return [JSON.parse(name) as string, readValue(token, start)];
  }
  function readValue(token: string, start: number): JsonNode {
    if (token === '{') {
      const members = readList('}', readMember);
      return createJsonNode('object', text.slice(start, at), { members });
    }
    if (token === '[') {
      const items = readList(']', readValue);
      return createJsonNode('array', text.slice(start, at), { items });
    }
    if (token.startsWith('"')) return createJsonNode('string', token);
    return createJsonNode(/^[-\d]/.test(token) ? 'number' : 'literal', token);
  }

  const { token, start } = nextToken();
  return readValue(token, start);
}
