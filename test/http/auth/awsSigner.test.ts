import { describe, expect, it, test } from 'vitest';
import { AwsSigner } from '../../../src/http/auth/awsSigner.ts';
import type { HeaderList } from '../../../src/http/message.ts';
import { failureOf } from '../support.ts';

const keys = {
  scheme: 'aws',
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: null,
  region: 'us-east-1',
  service: 'service',
} as const;
const sessionToken =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==';

const body = (text: string) => Buffer.from(text);
const signed = async (
  signer: AwsSigner,
  method: string,
  url: string,
  headers: HeaderList = [],
  content: Uint8Array | null = null,
) => Object.fromEntries(await signer.sign(method, new URL(url), { headers, body: content }));

describe('the published test suite of Signature Version 4', () => {
  const at = Date.UTC(2015, 7, 30, 12, 36);
  const unreserved = '-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  const form = [['Content-Type', 'application/x-www-form-urlencoded']] as const;
  const trimmed = [
    ['My-Header1', ' value1'],
    ['My-Header2', ' "a   b   c"'],
  ] as const;
  const repeated = ['value4', 'value1', 'value3', 'value2'].map((value) => ['My-Header1', value] as const);
  test.each<[string, string, string, HeaderList, string, string, string]>([
    [
      'get-vanilla',
      'GET',
      '/',
      [],
      '',
      'host',
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'get-vanilla-empty-query-key',
      'GET',
      '/?Param1=value1',
      [],
      '',
      'host',
      'a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb',
    ],
    [
      'get-vanilla-query-order-key-case',
      'GET',
      '/?Param2=value2&Param1=value1',
      [],
      '',
      'host',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'get-vanilla-query-unreserved',
      'GET',
      `/?${unreserved}=${unreserved}`,
      [],
      '',
      'host',
      '9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197',
    ],
    [
      'get-vanilla-utf8-query',
      'GET',
      '/?\u1234=bar',
      [],
      '',
      'host',
      '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
    ],
    [
      'get-unreserved',
      'GET',
      `/${unreserved}`,
      [],
      '',
      'host',
      '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
    ],
    [
      'get-relative-relative',
      'GET',
      '/example1/example2/../..',
      [],
      '',
      'host',
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'get-slash',
      'GET',
      '//',
      [],
      '',
      'host',
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'get-header-value-order',
      'GET',
      '/',
      repeated,
      '',
      'host;my-header1',
      '08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01',
    ],
    [
      'get-header-value-trim',
      'GET',
      '/',
      trimmed,
      '',
      'host;my-header1;my-header2',
      'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
    ],
    [
      'post-vanilla',
      'POST',
      '/',
      [],
      '',
      'host',
      '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    ],
    [
      'post-vanilla-query',
      'POST',
      '/?Param1=value1',
      [],
      '',
      'host',
      '28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11',
    ],
    [
      'post-header-key-sort',
      'POST',
      '/',
      [['My-Header1', 'value1']],
      '',
      'host;my-header1',
      'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
    ],
    [
      'post-header-value-case',
      'POST',
      '/',
      [['My-Header1', 'VALUE1']],
      '',
      'host;my-header1',
      'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
    ],
    [
      'post-x-www-form-urlencoded',
      'POST',
      '/',
      form,
      'Param1=value1',
      'content-type;host',
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
  ])('%s', async (_name, method, target, headers, content, names, signature) => {
    const signer = new AwsSigner(keys, () => at);
    const url = `https://example.amazonaws.com${target}`;
    expect(await signed(signer, method, url, headers, content === '' ? null : body(content))).toEqual({
      'X-Amz-Date': '20150830T123600Z',
      Authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${names};x-amz-date, Signature=${signature}`,
    });
  });

  test('post-sts-header-before', async () => {
    const signer = new AwsSigner({ ...keys, sessionToken }, () => at);
    const made = await signed(signer, 'POST', 'https://example.amazonaws.com/');
    expect(made['X-Amz-Security-Token']).toBe(sessionToken);
    expect(made['Authorization']).toMatch(
      /host;x-amz-date;x-amz-security-token, Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead$/,
    );
  });
});

describe("the examples of S3's documentation", () => {
  const at = Date.UTC(2013, 4, 24);
  const signer = new AwsSigner(
    {
      ...keys,
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      region: 'us-east-1',
      service: null,
    },
    () => at,
  );
  const put: HeaderList = [
    ['Date', 'Fri, 24 May 2013 00:00:00 GMT'],
    ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
  ];
  test.each<[string, string, HeaderList, string, string]>([
    [
      'GET',
      '/test.txt',
      [['Range', 'bytes=0-9']],
      '',
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ],
    [
      'PUT',
      '/test%24file.text',
      put,
      'Welcome to Amazon S3.',
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    ],
    ['GET', '/?lifecycle', [], '', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
    [
      'GET',
      '/?max-keys=2&prefix=J',
      [],
      '',
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ],
  ])('%s %s', async (method, target, headers, content, signature) => {
    const url = `https://examplebucket.s3.amazonaws.com${target}`;
    const made = await signed(signer, method, url, headers, content === '' ? null : body(content));
    expect(made['Authorization']?.split('Signature=')[1]).toBe(signature);
    expect(made['X-Amz-Content-Sha256']).toMatch(/^[\da-f]{64}$/);
  });
});

describe('what the host says', () => {
  const at = () => 0;
  it('names service and region where the file does not', async () => {
    const signer = new AwsSigner({ ...keys, region: null, service: null }, at);
    const url = 'https://abc.execute-api.eu-west-1.amazonaws.com/prod';
    expect((await signed(signer, 'GET', url))['Authorization']).toContain('/19700101/eu-west-1/execute-api/');
    const failure = await failureOf(signed(signer, 'GET', 'https://api.example.com/'));
    expect(failure).toMatchObject({ code: 'request_invalid' });
  });

  it('is what the Host header says', async () => {
    const signer = new AwsSigner(keys, at);
    const direct = await signed(signer, 'GET', 'https://example.amazonaws.com/a');
    const behind = await signed(signer, 'GET', 'https://127.0.0.1:8443/a', [
      ['Host', 'example.amazonaws.com'],
    ]);
    expect(behind).toEqual(direct);
  });
});
