import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { canaryValue } from './forms.ts';

const ec = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** An unsigned JWT as long as those of issuers. */
function jwt(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: 'https://id.example.com',
    sub: randomBytes(9).toString('hex'),
    nonce: randomBytes(9).toString('hex'),
  };
  return `${part({ alg: 'ES256' })}.${part(claims)}.${randomBytes(64).toString('base64url')}`;
}

/** One secret of each kind that Keyturn ever holds, as it looks. */
export function everyKind(): Record<string, string> {
  const dpop = JSON.stringify(ec().export({ format: 'jwk' }));
  const pem = ec().export({ format: 'pem', type: 'pkcs8' }).toString().trim();
  return {
    'access token': canaryValue('access'),
    'access token that is a JWT': jwt(),
    'refresh token': canaryValue('refresh'),
    'client secret': canaryValue('client'),
    password: `pass wörd "quoted" <&> \\ ${randomBytes(9).toString('base64')}`,
    'authorization code': canaryValue('code'),
    'code verifier': randomBytes(32).toString('base64url'),
    state: randomBytes(32).toString('base64url'),
    'device code': canaryValue('device'),
    'ID token': jwt(),
    'DPoP key': dpop,
    'private key': pem,
    'private key, one line': pem.split('\n')[1] ?? '',
    'registration access token': canaryValue('registration'),
    passphrase: `four words and ${randomBytes(9).toString('hex')} more`,
  };
}
