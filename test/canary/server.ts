import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An issuer whose tokens have known values, and an API that gives back what it should keep to itself. */
export async function startLeakyServer(secrets: { accessTokens: readonly string[]; refreshToken: string }) {
  let issued = 0;
  let refusing = false;
  const seen: string[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname;
      const authorization = request.headers.authorization ?? '';
      const token = authorization.replace(/^Bearer /, '');
      seen.push(`${path} ${authorization} ${body}`);
      const json = (status: number, value: object, headers: Record<string, string> = {}): void => {
        response
          .writeHead(status, { 'content-type': 'application/json', ...headers })
          .end(JSON.stringify(value));
      };
      switch (path) {
        case '/token': {
          const accessToken = refusing ? undefined : secrets.accessTokens[issued];
          issued += 1;
          if (accessToken === undefined) {
            json(400, {
              error: 'invalid_grant',
              error_description: `no more after ${authorization} ${body}`,
            });
            return;
          }
          json(200, {
            access_token: accessToken,
            refresh_token: secrets.refreshToken,
            token_type: 'Bearer',
            expires_in: 1,
            scope: 'read',
          });
          return;
        }
        case '/echo':
          json(
            200,
            {
              headers: request.headers,
              plain: token,
              base64: Buffer.from(token).toString('base64'),
              inBasic: Buffer.from(`user:${token}`).toString('base64'),
              urlEncoded: encodeURIComponent(token),
              hex: Buffer.from(token).toString('hex'),
            },
            { 'x-echo': token, 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '9' },
          );
          return;
        case '/text':
          response.writeHead(200, { 'content-type': 'text/plain' }).end(`the token is ${token}\n`);
          return;
        case '/unauthorized':
          json(
            401,
            { detail: `bad token ${token}` },
            {
              'www-authenticate': `Bearer error="invalid_token", error_description="${token} is not valid"`,
            },
          );
          return;
        case '/redirect':
          response.writeHead(302, { location: `/echo?access_token=${encodeURIComponent(token)}` }).end();
          return;
        default:
          // A body that breaks off.
          response.writeHead(200, { 'content-type': 'text/plain', 'content-length': '1000' });
          response.write(token);
          setTimeout(() => response.destroy(), 50);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    /** What arrived, to show that the secrets were really used. */
    seen,
    /** From now on the token endpoint answers with an error. */
    refuse: () => {
      refusing = true;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
