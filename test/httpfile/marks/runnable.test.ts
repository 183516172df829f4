import { describe, expect, test } from 'vitest';
import { parseHttpFile } from '../../../src/httpfile/parse/parse.ts';
import { requireRunnable } from '../../../src/httpfile/marks/runnable.ts';
import type { Dialect } from '../../../src/httpfile/parse/tree.ts';

/** Why the last request of the text is refused; null where it is not. */
function refusal(text: string, dialect: Dialect): string | null {
  const tree = parseHttpFile(text, { dialect });
  const node = tree.requests.at(-1);
  if (node === undefined) throw new Error('no request in the text');
  try {
    requireRunnable(tree, node, false);
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error
      ? `${String(error.code)}: ${error.message}`
      : String(error);
  }
}

const allDialects: readonly Dialect[] = ['rest-client', 'visual-studio', 'httpyac', 'jetbrains', 'kulala'];

describe('other protocols are never a GET of the whole line', () => {
  const lines = [
    ...['MQTT tcp://b.example', 'MQTTS tcp://b.example', 'mqtt tcp://b.example', 'mqtts://b.example/topic'],
    ...['AMQP amqp://b.example', 'AMQPS amqps://b.example', 'amqp://b.example', 'MQTT {{broker}}'],
    ...['WEBSOCKET ws://b.example', 'WS b.example/chat', 'wss://b.example', 'GRPC localhost:50051/a.B/c'],
    ...['SSE https://b.example', 'EVENTSOURCE https://b.example', 'RSOCKET b.example/route'],
  ];
  test.each(allDialects)('%s', (dialect) => {
    for (const line of lines) {
      const { requests } = parseHttpFile(`${line}\nTopic: a\n\nhi`, { dialect });
      expect(requests.map(({ url }) => url)).toEqual([line.replace(/^\S+ /, '')]);
      expect(refusal(line, dialect)).toMatch(
        /^unsupported: (?:[A-Z]+ requests|Requests over [a-z]+) \(line 1\)/,
      );
    }
  });
});

const request = 'POST https://a.org\nContent-Type: application/json\n\n{}\n';

describe('what changes the request and cannot be run', () => {
  test.each([
    ['httpyac', '# @proxy http://127.0.0.1:1'],
    ['httpyac', '# @no-proxy'],
    ['httpyac', '# @grpcReflection'],
    ['jetbrains', '# @use-os-credentials'],
    ['kulala', '# @attach-cookie-jar'],
    ['kulala', '# @curl-data-urlencode'],
    ['kulala', '# @curl-interface eth0'],
    ['kulala', '# @grpc-proto a.proto'],
    ['kulala', '# @env-stdin-cmd-pre TOKEN jq'],
  ] as const)('%s: %s', (dialect, line) => {
    // Credentials may stand behind the others.
    const key = line.replace(/^\S*\s*@/, '# @');
    const words = key.split(' ', 2).join(' ');
    expect(refusal(`# first\n${line}\n${request}`, dialect)).toBe(
      `unsupported: ${words} on line 2 is not supported yet.`,
    );
  });

  test('variables for a request that goes before', () => {
    expect(refusal(`run #login (@id=1)\n\n${request}`, 'jetbrains')).toBe(
      'unsupported: run #login (@id=1) on line 1 is not supported yet.',
    );
    expect(refusal(`run #login\n\n${request}`, 'jetbrains')).toBeNull();
  });

  test('scripts before the request, in every spelling', () => {
    const scripts: readonly (readonly [Dialect, string])[] = [
      ['jetbrains', '< {% request.variables.set("a", 1) %}'],
      ['kulala', '< ./before.lua'],
      ['httpyac', '{{\n  exports.a = 1;\n}}'],
      ['httpyac', '{{@request\n  request.url = "x";\n}}'],
      ['httpyac', '{{@js @request\n  exports.a = 1;\n}}'],
    ];
    for (const [dialect, script] of scripts) {
      expect(refusal(`${script}\n${request}`, dialect), script).toBe(
        'unsupported: The pre-request script on line 1 cannot be run here.',
      );
    }
    expect(refusal(`${request}\n{{@request\n  request.url = "x";\n}}\n`, 'httpyac')).toBe(
      'unsupported: The pre-request script on line 6 cannot be run here.',
    );
  });

  test('httpyac: what stands outside of all requests, or is marked as for all of them', () => {
    expect(refusal(`{{\n  exports.a = 1;\n}}\n###\n${request}`, 'httpyac')).toContain(
      'The pre-request script on line 1',
    );
    expect(refusal(`# @import ./a.http\n###\n${request}`, 'httpyac')).toBeNull();
    expect(refusal(`GET https://a.org\n{{+\n  exports.a = 1;\n}}\n###\n${request}`, 'httpyac')).toContain(
      'The pre-request script on line 2',
    );
  });

  test('httpyac: headers that a script made', () => {
    expect(refusal('GET https://a.org\nA: b\n...defaultHeaders\n', 'httpyac')).toBe(
      'unsupported: The headers of ...defaultHeaders on line 3 come from a script, which cannot be run here.',
    );
  });

  test('kulala: the shared block goes before every request', () => {
    const shared = '### Shared\nPOST https://a.org/login\n\n### one\nGET https://a.org\n';
    expect(refusal(shared, 'kulala')).toBe(
      'unsupported: The shared request on line 2 goes before every other one, which is not supported yet.',
    );
    expect(refusal('### KULALA_SHARED\n< ./before.lua\n\n### one\nGET https://a.org\n', 'kulala')).toContain(
      'The pre-request script on line 2',
    );
    expect(refusal('### Shared\n@a = 1\n\n### one\nGET https://a.org\n', 'kulala')).toBeNull();
  });

  test('`# @disabled` with an expression', () => {
    expect(refusal(`# @disabled true\n${request}`, 'httpyac')).toBe(
      'unsupported: # @disabled on line 1 is an expression, which is not supported yet.',
    );
  });

  test.each(['while i < 3', 'for item of await list()', 'for item of [1, x]', 'for'])(
    '`# @loop %s` needs a script',
    (value) => {
      expect(refusal(`# @loop ${value}\n${request}`, 'httpyac')).toBe(
        `unsupported: # @loop ${value} on line 1 needs a script, which is not supported yet.`,
      );
    },
  );

  test('other protocols', () => {
    expect(refusal('WEBSOCKET wss://a.org', 'rest-client')).toBe(
      'unsupported: WEBSOCKET requests (line 1) are not supported yet.',
    );
  });

  test('what does not change the request stops nothing', () => {
    for (const line of [
      ...[
        '# @title x',
        '# @jwt',
        '# @sleep 5',
        '# @loop for 3',
        '# @loop for item of list',
        '# @no-log',
        '# @no-cookie-jar',
        '# @openWith x',
        '# @todo ref',
      ],
      ...['# @name ref', '# @token x', '# @curl-compressed', '# @expect status 200', '# @someone'],
    ]) {
      expect(refusal(`${line}\n${request}`, 'httpyac'), line).toBeNull();
    }
    expect(refusal(`import a.http\n${request}`, 'jetbrains')).toBeNull();
    expect(refusal(`${request}\n> {%\n  client.test("a", () => {});\n%}\n`, 'jetbrains')).toBeNull();
  });
});

describe('a method that is a slip', () => {
  test.each([
    ['GTE', 'GET'],
    ['gte', 'GET'],
    ['PSOT', 'POST'],
    ['PTACH', 'PATCH'],
    ['DELTE', 'DELETE'],
    ['OPTIONSS', 'OPTIONS'],
    ['PROFIND', 'PROPFIND'],
    ['P0ST', 'POST'],
  ])('%s was meant as %s', (word, meant) => {
    for (const dialect of ['rest-client', 'visual-studio', 'httpyac', 'jetbrains', 'kulala'] as const) {
      const tree = parseHttpFile(`# a\n${word} https://a.org/x`, { dialect });
      const [node] = tree.requests;
      expect(node).toBeDefined();
      expect(() => requireRunnable(tree, node!, true), dialect).toThrow(
        expect.objectContaining({
          code: 'request_invalid',
          message: `There is no method ${word.toUpperCase()} (line 2).`,
          hint: `Did you mean ${meant}?`,
        }) as Error,
      );
    }
  });

  test('any other word is refused where the tool would take the line for a URL, and sent where it would send it', () => {
    expect(refusal('FROBNICATE https://a.org', 'rest-client')).toContain('no method FROBNICATE');
    expect(refusal('FROBNICATE https://a.org', 'jetbrains')).toBeNull();
    expect(refusal('READ https://a.org', 'kulala')).toBeNull();
    expect(refusal('curl -X FROBNICATE https://a.org', 'rest-client')).toBeNull();
    expect(refusal('curl -X post https://a.org', 'rest-client')).toBeNull();
    expect(refusal('curl -X GTE https://a.org', 'rest-client')).toContain('no method GTE');
  });

  test.each(['PROPFIND', 'REPORT', 'QUERY', 'PURGE', 'search', 'M-SEARCH', 'LIST'])('%s is none', (word) => {
    for (const dialect of ['rest-client', 'visual-studio', 'httpyac', 'jetbrains', 'kulala'] as const) {
      expect(refusal(`${word} https://a.org/x`, dialect)).toBeNull();
    }
  });
});
