import { randomBytes } from 'node:crypto';
import { canaryValue } from './forms.ts';

/** The same credential as people write it: as it is, encoded for a URL, and one whose looks alone tell what it is. */
export interface Written {
  readonly plain: string;
  readonly encoded: string;
  readonly key: string;
}

export function newWritten(): Written {
  const plain = canaryValue('byHand');
  return { plain, encoded: encodeURIComponent(plain), key: `sk_live_${randomBytes(20).toString('hex')}` };
}

/** Requests of `.http` files in which a person wrote a credential by hand, by what is told of them. */
export function writtenByHand(origin: string, { plain, encoded, key }: Written): Record<string, string> {
  const get = `GET ${origin}/a`;
  const post = (type: string, body: string) => `POST ${origin}/a\nContent-Type: ${type}\n\n${body}`;
  const sent = (header: string) => `${get}\n${header}`;
  const answer = (rest: string) => `${get}\n\n${rest}`;
  const member = JSON.stringify(plain);
  return {
    // What is not run.
    'assertion on a header': answer(`?? header authorization == Bearer ${plain}`),
    'assertion on a member': answer(`?? body data.token == "${plain}"`),
    'assertion on anything': answer(`?? body id == ${key}`),
    'name of a test': answer(`> {% client.test("sends ${key}", () => {}) %}`),
    'name of a test, known from a header': `${get}\nX-Api-Key: ${plain}\n\n> {% client.test("sends ${plain}", () => {}) %}`,
    'test of httpyac': answer(`{{\ntest('sends ${key}', () => {})\n}}`),
    redirection: answer(`>> ./answer-${key}.json`),
    '@expect': `# @expect header x-api-key "${plain}"\n${get}`,
    '@sleep': `# @sleep ${key}\n${get}`,
    '@jwt': `# @jwt ${key}\n${get}`,
    // What stops a request.
    '@import of a URL': `# @import https://zoe:${encoded}@a.example/a.http\n# @name x\n{{\n}}\n${get}`,
    'run with a variable': `run #login (@password=${plain})\n\n###\n${get}`,
    '@loop': `# @loop for token of ["${plain}"]\n${get}`,
    '@ref': `# @ref ${key}\n${get}`,
    '@disabled': `# @disabled token == "${plain}"\n${get}`,
    '@proxy': `# @proxy http://zoe:${encoded}@127.0.0.1:1\n${get}`,
    '@clientCert': `# @clientCert cert: a.pem, passphrase: ${plain}\n${get}`,
    'headers of a script': sent(`...headersOf("${plain}")`),
    'a pasted token in the place of a name': `# @token ${key}\n${get}`,
    'a pasted token in the place of a name, in a header': sent(`Authorization: Bearer {{$token ${key}}}`),
    'an unknown directive': `# @tokn ${plain}\n# @passwort: ${plain}\n${get}`,
    // What is asked.
    '@note': `# @note Use ${key}\n${get}`,
    'name and title': `### with ${key}\n# @note Sure?\n${get}`,
    // Variables.
    expression: sent(`Authorization: Basic {{btoa("zoe:${plain}")}}`),
    'expression in other quotes': sent(`Authorization: {{'Bearer ' + \`${plain}\`}}`),
    'unknown function': sent(`X-Sum: {{$hmac "${plain}" sha256}}`),
    'raw token in braces': sent(`Authorization: Bearer {{${key}}}`),
    'variable of the process': sent(`Authorization: Bearer {{$processEnv ${key}}}`),
    'file variable': `@password = ${plain}\n${get}?q={{password}}`,
    // Schemes that are computed: what they are computed from never leaves.
    Digest: `GET ${origin}/digest\nAuthorization: Digest zoe ${plain}`,
    'Digest in other case': `GET ${origin}/digest\nauthorization:\tdIgEsT\tzoe\t${plain}`,
    'Digest of curl': `curl --digest -u "zoe:${plain}" ${origin}/digest`,
    'Digest where Basic is asked for': `GET ${origin}/basic\nAuthorization: Digest zoe ${plain}`,
    'Digest of a variable': `@login = zoe ${plain}\nGET ${origin}/digest\nAuthorization: Digest {{login}}`,
    AWS: sent(`Authorization: AWS AKIAEXAMPLE ${plain} region:eu service:s`),
    'AWS of curl': `curl --aws-sigv4 aws:amz:eu:s -u "AKIAEXAMPLE:${plain}" ${origin}/a`,
    'AWS without a service': sent(`Authorization: AWS AKIAEXAMPLE ${plain} region:eu`),
    'session token of AWS': sent(`Authorization: AWS AKIAEXAMPLE x token:${plain} region:eu service:s`),
    // Schemes that are refused.
    'Digest for a proxy': sent(`Proxy-Authorization: Digest zoe ${plain}`),
    'Digest in one word': sent(`Authorization: Digest ${plain}`),
    NTLM: sent(`Proxy-Authorization: NTLM zoe ${plain}`),
    'client certificate': sent(`X-ClientCert: pfx: a.pfx passphrase: ${plain}`),
    // Headers, queries, bodies.
    Basic: sent(`Authorization: Basic zoe ${plain}`),
    'Basic with a colon': sent(`Authorization: Basic zoe:${plain}`),
    Token: sent(`Authorization: Token token="${plain}"`),
    'an unknown scheme': sent(`Authorization: Own ${plain}`),
    'a key': sent(`Ocp-Apim-Subscription-Key: ${plain}`),
    'a cookie in quotes': sent(`Cookie: theme=dark; session="${plain}"`),
    query: `${get}?page=1&access_token=${encoded}`,
    'query over lines': `${get}\n  ?page=1\n  &client_secret=${encoded}`,
    fragment: `${get}#access_token=${encoded}`,
    'user information': `GET ${origin.replace('://', `://zoe:${encoded}@`)}/a`,
    'user name alone': `GET ${origin.replace('://', `://${encoded}@`)}/a`,
    form: post('application/x-www-form-urlencoded', `grant_type=password\n&password=${encoded}`),
    multipart: post(
      'multipart/form-data; boundary=b',
      `--b\nContent-Disposition: form-data; name="password"\n\n${plain}\n--b--`,
    ),
    JSON: post('application/json', `{"user":"zoe","password":${member}}`),
    'JSON, deeper': post('application/vnd.api+json', `{"data":[{"auth":{"client_secret":${member}}}]}`),
    GraphQL: `GRAPHQL ${origin}/a\n\nquery($password: String) { a }\n\n{"password": ${member}}`,
    'GraphQL that is not valid': `GRAPHQL ${origin}/a\n\nquery { a }\n\n{"password": ${member},}`,
    XML: post('application/xml', `<login><password>${plain}</password></login>`),
    // Lines that are read as something else.
    'header without a request': `Authorization: Bearer ${plain}`,
    'header in front of the request': `X-Api-Key: ${plain}\n${get}`,
    'header on the request line': `${get} X-Api-Key: ${plain}`,
    'header without a colon': sent(`Authorization Bearer ${plain}`),
    'unknown method': `GETT ${origin}/a?token=${encoded}\nX-Api-Key: ${plain}`,
    'another protocol': `WEBSOCKET wss://zoe:${encoded}@a.example/?token=${encoded}`,
    'a host that is none': `GET http://zoe:${encoded}@no host/?sig=${encoded}`,
    'a port that is none': `GET http://zoe:${encoded}@a.example:99999/`,
    'a scheme that is none': `GET ftp://zoe:${encoded}@a.example/`,
    'no server listens': `GET http://zoe:${encoded}@127.0.0.1:1/?sig=${encoded}`,
    'no TLS there': `GET ${origin.replace('http:', 'https:').replace('://', `://zoe:${encoded}@`)}/?sig=${encoded}`,
    'a redirect': `GET ${origin}/redirect?api_key=${encoded}\nX-Api-Key: ${plain}`,
    'a refusal': `GET ${origin}/refused\nX-Api-Key: ${plain}`,
    // Lines of cURL.
    'curl -H': `curl ${origin}/a -H 'Authorization: Bearer ${plain}'`,
    'curl -u': `curl -u 'zoe:${plain}' ${origin}/a`,
    'curl --digest': `curl --digest -u 'zoe:${plain}' ${origin}/a`,
    'curl --aws-sigv4': `curl --aws-sigv4 "aws:amz" --user 'AKIA:${plain}' ${origin}/a`,
    'curl --oauth2-bearer': `curl '--oauth2-bearer=${plain}' ${origin}/a`,
    'curl -U': `curl -U 'zoe:${plain}' -x http://127.0.0.1:1 ${origin}/a`,
    'curl -x': `curl -x 'http://zoe:${encoded}@127.0.0.1:1' ${origin}/a`,
    'curl --cert': `curl --cert 'a.pem:${plain}' --pass '${plain}' ${origin}/a`,
    'curl with an unknown option': `curl --fooo=${plain} ${origin}/a`,
    'curl with an open quote': `curl -H 'Authorization: Bearer ${plain} ${origin}/a`,
    'curl -F': `curl -F 'password=${plain}' ${origin}/a`,
    'curl -d': `curl -d 'password=${plain}' ${origin}/a`,
    'curl --json': `curl --json '{"password":"${plain}"}' ${origin}/a`,
    'curl -b': `curl -b 'session=${plain}' ${origin}/a`,
    'curl with two URLs': `curl ${origin}/a 'https://zoe:${encoded}@a.example/'`,
    'curl with a command in it': `curl ${origin}/a -H "X-Api-Key: $(echo ${plain})"`,
    'curl with a pattern': `curl '${origin}/a?token=${encoded}&page=[1-3]'`,
    'curl --proxy-header': `curl --proxy-header 'Proxy-Authorization: Basic ${plain}' ${origin}/a`,
  };
}
