import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { buildDotnet, hasDotnet } from '@practical-signalr/lesson-kit/instances';
import { type RunningLesson, startLesson } from '@practical-signalr/lesson-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

describe('lesson 6 without a browser', () => {
  let lesson: RunningLesson;
  beforeAll(async () => {
    lesson = await startLesson(folder, { production: true });
  });
  afterAll(async () => {
    expect(await lesson.stop()).toBe(0);
  });
  const token = async (query = ''): Promise<string> =>
    (await fetch(`${lesson.url}/token?${query}`)).text();

  /** Returns the status of an upgrade with its token in the query only, as a browser sends it. */
  const upgrade = (path: string, query: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const headers = {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      };
      const request = get(`${lesson.url}${path}?access_token=${query}`, { headers });
      request.on('upgrade', ({ statusCode }, socket) => {
        socket.destroy();
        resolve(statusCode);
      });
      request.on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on('error', reject);
    });

  test('a WebSocket with its token only in the query is refused by the broken server and opened by the fixed one', async () => {
    const good = await token();
    expect([await upgrade('/broken/messages', good), await upgrade('/messages', good)]).toEqual([
      401, 101,
    ]);
    const requests = (await (await fetch(`${lesson.url}/requests`)).json()) as {
      kind: string;
      status: number;
      tokenIn: string;
    }[];
    const upgrades = requests.filter(({ kind }) => kind === 'websocket');
    expect(upgrades.map(({ status, tokenIn }) => [status, tokenIn])).toEqual([
      [401, 'query'],
      [101, 'query'],
    ]);
  });

  test.each(['/broken/messages', '/messages'])('%s reports what is missing', async (path) => {
    const negotiate = async (authorization?: string): Promise<[number, string | null]> => {
      const headers = authorization === undefined ? {} : { authorization };
      const { status, headers: answer } = await fetch(`${lesson.url}${path}/negotiate`, {
        method: 'POST',
        headers,
      });
      return [status, answer.get('www-authenticate')];
    };
    expect(await negotiate()).toEqual([401, 'Bearer']);
    expect(await negotiate('Bearer testing')).toEqual([401, 'Bearer error="invalid_token"']);
    const [status, challenge] = await negotiate(`Bearer ${await token('seconds=-1')}`);
    expect([status, challenge]).toEqual([
      401,
      expect.stringMatching(
        /^Bearer error="invalid_token", error_description="The token expired at /,
      ),
    ]);
    expect(await negotiate(`Bearer ${await token()}`)).toEqual([200, null]);
  });

  test('a ticket requires a token, is valid once, and is not a token', async () => {
    const ask = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${lesson.url}/lab/ticket`, { method: 'POST', headers });
    const refused = await ask({});
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const good = await token();
    const ticket = await (await ask({ authorization: `Bearer ${good}` })).text();
    expect(ticket).not.toContain('.');
    expect(await upgrade('/messages', ticket)).toBe(401);
    expect(await upgrade('/lab/ticket/messages', good)).toBe(401);
    expect(await upgrade('/lab/ticket/messages', ticket)).toBe(101);
    expect(await upgrade('/lab/ticket/messages', ticket)).toBe(401);
  });

  test.each([
    ['', 'alice', 60],
    ['name=bob&seconds=4', 'bob', 4],
    ['seconds=soon', 'alice', 60],
    ['seconds=1e9', 'alice', 3600],
    [`name=${'n'.repeat(1000)}`, 'n'.repeat(1000), 60],
  ])('GET /token?%s', async (query, name, seconds) => {
    const [, claims = ''] = (await token(query)).split('.');
    const { sub, exp, iat } = JSON.parse(atob(claims)) as Record<string, string & number>;
    expect([sub, exp! - iat!]).toEqual([name, seconds]);
  });

  test('/announcement requires the token in the header', async () => {
    const announce = async (headers: Record<string, string>): Promise<number> => {
      const body = new URLSearchParams({ message: 'hello' });
      const options = { method: 'POST', headers, body, redirect: 'manual' } as const;
      return (await fetch(`${lesson.url}/announcement`, options)).status;
    };
    expect(await announce({})).toBe(401);
    expect(await announce({ authorization: `Bearer ${await token('seconds=-1')}` })).toBe(401);
    expect(await announce({ authorization: `Bearer ${await token()}` })).toBe(302);
    expect((await fetch(`${lesson.url}/announcement`)).status).toBe(200);
  });

  test.runIf(hasDotnet())(
    'the C# server of the lab compiles',
    async () => {
      const { assembly } = await buildDotnet(
        new URL('../lab/dotnet/MessageServer.csproj', import.meta.url),
      );
      expect(assembly).toMatch(/MessageServer\.dll$/);
    },
    180_000,
  );
});
