import { describe, expect, it } from 'vitest';
import { proposeOrigins } from '../../src/editor/tokens/originProposals.ts';
import { parseHttpFile } from '../../src/httpfile/parse/parse.ts';

function proposals(text: string, environment: Readonly<Record<string, string>> = {}) {
  const source = { tree: parseHttpFile(text), environment: new Map(Object.entries(environment)) };
  return proposeOrigins([source]).map(({ origin, requests }) => `${origin} ${requests}`);
}

describe('proposed origins', () => {
  it('counts requests and puts the most frequent first', () => {
    const text =
      'GET https://b.example/1\n###\nGET https://a.example/1\n###\nGET https://a.example:443/2?x=1';
    expect(proposals(text)).toEqual(['https://a.example 2', 'https://b.example 1']);
  });

  it('fills variables of the file and of the environment, through each other', () => {
    const text =
      '@host = {{stage}}.example.com\n@base = https://{{host}}\n\nGET {{base}}/reports/{{unknown}}';
    expect(proposals(text, { stage: 'test' })).toEqual(['https://test.example.com 1']);
  });

  it('leaves out what a token may not be bound to', () => {
    const text =
      'GET http://plain.example/\n###\nGET https://{{unknown}}/\n###\nGET /relative\n###\nGET ftp://a.example/';
    expect(proposals(text)).toEqual([]);
    expect(proposals('GET http://localhost:7421/reports')).toEqual(['http://localhost:7421 1']);
  });

  it('does not let variables grow without end', () => {
    const levels = Array.from({ length: 9 }, (_, at) => `@v${at} = ${`{{v${at + 1}}}`.repeat(20)}`);
    expect(proposals(`${levels.join('\n')}\n@v9 = https://a.example/\n\nGET {{v0}}`)).toEqual([]);
  });

  it('ends when variables lead in a circle', () => {
    expect(proposals('@a = {{b}}\n@b = {{a}}\n\nGET https://{{a}}/')).toEqual([]);
  });
});
