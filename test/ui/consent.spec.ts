import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { certificate } from '../http/support.ts';
import type { EditorPage } from './editorPage.ts';
import { beginFolder, beginStory, endOf, type Story, undoneAtEnd, writeFiles } from './story.ts';

// What a keyturn.json wants to use that is the person's own: the editor asks first, and takes no for an answer.

const companion = join(import.meta.dirname, '../editor/companion');

/** The editor makes a link of this wherever an extension shows it. */
const TEMPTING = 'Repair it [here](command:workbench.action.closeSidebar) now.';

let id: Awaited<ReturnType<typeof startServer>>;
let other: Awaited<ReturnType<typeof startServer>>;
/** Publishes an endpoint of the first one until it is told otherwise. */
let moving: Awaited<ReturnType<typeof startIssuer>>;
let api: string;
let unverified: string;
let outside: string;
let workspace: string;
let story: Story;
let editor: EditorPage;

beforeAll(async () => {
  id = await startServer();
  // What it says of itself leads the person to the page of the other one.
  other = await startServer(`${id.origin}/authorize`);
  moving = await startIssuer();
  api = await startApi();
  unverified = await startUnverified();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  outside = await beginFolder('outside', {
    'key.pem': privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    'tool.mjs': `console.log('printed-value-0123456789');\n`,
  });
  workspace = await beginFolder('consent');
  await writeFiles(workspace, files());
  story = await beginStory('consent', {
    workspace,
    file: 'signed.http',
    extensions: [companion],
    settings: { 'keyturn.signIn.redirect': 'loopback' },
  });
  editor = story.editor;
  await story.openTokens();
  await editor.treeItem(/^signed/).waitFor();
});

/** A token endpoint, a page to sign in at that asks nothing, and an API: each gives what is wanted. */
async function startServer(page = '') {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    asked.push(`${request.method ?? ''} ${url.pathname}`);
    if (url.pathname === '/authorize') {
      const back = new URL(url.searchParams.get('redirect_uri') ?? '');
      back.searchParams.set('state', url.searchParams.get('state') ?? '');
      back.searchParams.set('code', 'a-code');
      response.writeHead(302, { location: back.href }).end();
      return;
    }
    const origin = `http://${request.headers.host ?? ''}`;
    if (url.pathname === '/.well-known/openid-configuration') {
      const metadata = {
        issuer: origin,
        authorization_endpoint: page === '' ? `${origin}/authorize` : page,
        token_endpoint: `${origin}/token`,
      };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(metadata));
      return;
    }
    const token = {
      access_token: `issued-value-${asked.length}-0123456789`,
      token_type: 'Bearer',
      expires_in: 900,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    };
    response.setHeader('content-type', 'application/json');
    if (request.headers.authorization?.startsWith('Basic ') === true) {
      response.writeHead(400);
      response.end(JSON.stringify({ error: 'invalid_scope', error_description: TEMPTING }));
      return;
    }
    response.end(JSON.stringify(url.pathname === '/token' ? token : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undoneAtEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, asked: (request: string) => asked.filter((one) => one === request).length };
}

async function startIssuer() {
  const says = { tokenEndpoint: `${id.origin}/token` };
  const origin = await listen((_request, response) => {
    const metadata = { issuer: origin, token_endpoint: says.tokenEndpoint };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(metadata));
  });
  return { origin, leadTo: (tokenEndpoint: string) => void (says.tokenEndpoint = tokenEndpoint) };
}

/** An API without a profile, whose tokens come from the server that leads to the page of another one. */
async function startApi(): Promise<string> {
  const origin = await listen((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/.well-known/oauth-protected-resource') {
      response.end(JSON.stringify({ resource: origin, authorization_servers: [other.origin] }));
      return;
    }
    response.writeHead(401, { 'www-authenticate': 'Bearer' }).end('{}');
  });
  return origin;
}

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undoneAtEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server whose certificate no authority signed. */
async function startUnverified(): Promise<string> {
  const server = createSecureServer(await certificate({ names: ['localhost'] }), (_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undoneAtEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://localhost:${(server.address() as AddressInfo).port}`;
}

/** A keyturn.json whose profiles have a file with one request each, and another folder that names the same token. */
function files(): Record<string, string | object> {
  const own = { origins: [id.origin] };
  const client = {
    ...own,
    grant: 'client_credentials',
    tokenEndpoint: `${id.origin}/token`,
    clientAuthentication: 'none',
  };
  const service = { ...client, clientId: 'service' };
  const tokens = {
    signed: {
      ...client,
      clientId: 'signed',
      clientAuthentication: 'private_key_jwt',
      algorithm: 'ES256',
      keyFile: join(outside, 'key.pem'),
    },
    split: {
      ...own,
      grant: 'authorization_code',
      clientId: 'split',
      authorizationEndpoint: `${id.origin}/authorize`,
      tokenEndpoint: `${other.origin}/token`,
      redirectUri: 'loopback',
    },
    // Single sign-on would make it silent.
    mixed: {
      ...own,
      grant: 'authorization_code',
      clientId: 'mixed',
      issuer: other.origin,
      prompt: 'none',
      redirectUri: 'loopback',
    },
    foreign: {
      ...own,
      grant: 'password',
      clientId: 'foreign',
      username: 'zoe',
      issuer: id.origin,
      tokenEndpoint: `${other.origin}/token`,
    },
    moved: {
      ...own,
      grant: 'client_credentials',
      clientId: 'moved',
      clientAuthentication: 'client_secret_post',
      issuer: moving.origin,
    },
    service,
    delegated: {
      ...client,
      grant: 'token_exchange',
      clientId: 'delegated',
      subjectToken: 'service',
      origins: [id.origin, other.origin],
    },
    secretive: { ...client, clientId: 'secretive', clientAuthentication: 'client_secret_post' },
    far: { ...service, clientId: 'far', origins: [unverified] },
    tempting: { ...client, clientId: 'tempting', clientAuthentication: 'client_secret_basic' },
    printed: { ...own, grant: 'command', command: [process.execPath, join(outside, 'tool.mjs'), 'a b'] },
    kept: { ...own, grant: 'keychain', keychainService: 'gh:github.com', keychainAccount: 'ada' },
    account: { ...own, grant: 'editor_account', provider: 'keyturn-test', scope: 'read:user repo' },
  };
  const request = (name: string) => `# @token ${name}\nGET ${id.origin}/${name}\n`;
  return {
    'keyturn.json': { tokens },
    ...Object.fromEntries(Object.keys(tokens).map((name) => [`${name}.http`, request(name)])),
    'bare.http': `GET ${api}/bare\n`,
    'far.http': `# @token far\n# @insecure\nGET ${unverified}/far\n`,
    // The same client under another name, and for more.
    'elsewhere/renamed.http': request('renamed'),
    'elsewhere/keyturn.json': { tokens: { service, renamed: { ...tokens.secretive, scope: 'read admin' } } },
    'elsewhere/there.http': request('service'),
  };
}

const line = () => editor.line(/^GET\s/);

async function send(file: string): Promise<void> {
  await editor.openFile(`${file}.http`);
  await editor.clickLens(/^Send$/, line());
}

/** The question before a token is used, its words in one picture for each theme. */
async function question(name: string): Promise<string> {
  await story.dialog().waitFor();
  await story.pictures(name);
  return story.dialog().innerText();
}

const arrives = () => editor.inlineTextAt(line(), /200/);

describe('a private key in a file outside of the workspace', () => {
  test('is not read when the person says no', async () => {
    await send('signed');
    const words = await question('key-file');
    expect(words).toContain(join(outside, 'key.pem'));
    expect(words).toContain(`${id.origin}/token`);
    expect(words).toContain('keyturn.json');
    await story.press('Cancel');
    await editor.inlineTextAt(line(), /haven't allowed the k/);
    expect(id.asked('POST /token')).toBe(0);
  });

  test('is read once, and asked for again', async () => {
    await send('signed');
    await story.press('Use Once');
    await arrives();
    await story.clickInline(/^signed/, 'Refresh Token');
    await story.press('Always Allow');
    await expect.poll(() => id.asked('POST /token')).toBe(2);
    await story.clickInline(/^signed/, 'Refresh Token');
    await expect.poll(() => id.asked('POST /token')).toBe(3);
    expect(await story.dialog().count()).toBe(0);
  });
});

describe('a sign-in at one server that another one redeems', () => {
  test('does not begin when the person says no', async () => {
    await send('split');
    const words = await question('two-servers');
    expect(words).toContain(id.origin);
    expect(words).toContain(other.origin);
    await story.press('Cancel');
    await editor.inlineTextAt(line(), /haven't allowed the servers/);
    expect(id.asked('GET /authorize')).toBe(0);
  });

  test('goes through when both belong together', async () => {
    // A request asks no question again so soon after a refusal; a sign-in by hand asks at once.
    await story.clickInline(/^split/, 'Sign In');
    const page = await story.openedBy(() => story.press('Sign In Once'));
    await endOf(page);
    await story.treeSays(/^split/, /1[45] min/);
    await send('split');
    await arrives();
    expect(other.asked('POST /token')).toBe(1);
  });
});

describe('an honest page to which another server leads', () => {
  test('is not opened when the person says no, and that server gets nothing', async () => {
    const before = other.asked('POST /token');
    await send('mixed');
    const words = await question('mix-up');
    expect(words).toContain(`You sign in at ${id.origin}`);
    expect(words).toContain(`Keyturn sends the result to ${other.origin}`);
    await story.press('Cancel');
    await editor.inlineTextAt(line(), /haven't allowed the servers/);
    expect(id.asked('GET /authorize')).toBe(1);
    expect(other.asked('POST /token')).toBe(before);
  });
});

describe('an API whose server leads to an honest page', () => {
  test('opens no page when the person says no, and writes no profile', async () => {
    const before = [id.asked('GET /authorize'), other.asked('POST /token')];
    const written = await readFile(join(workspace, 'keyturn.json'), 'utf8');
    await editor.openFile('bare.http');
    await editor.clickLens(/^Send$/, line());
    await editor.inlineTextAt(line(), /401/);
    await editor.runCommand('Keyturn: Sign In to This API');
    await story
      .dialog()
      .getByText(`Sign in at ${new URL(other.origin).host}?`)
      .waitFor();
    await story.press('Sign In');
    await editor.answer('of-the-api');
    await editor.answer('my-client');
    await story.dialog().getByText('Allow another server to receive the sign-in').waitFor();
    const words = await question('api-mix-up');
    expect(words).toContain(`You sign in at ${id.origin}`);
    expect(words).toContain(`Keyturn sends the result to ${other.origin}`);
    await story.press('Cancel');
    await story.notification("haven't allowed the servers").waitFor();
    expect([id.asked('GET /authorize'), other.asked('POST /token')]).toEqual(before);
    expect(await readFile(join(workspace, 'keyturn.json'), 'utf8')).toBe(written);
    await editor.closeNotifications();
  });
});

describe('a password for another server than the issuer', () => {
  test('is not asked for when the person says no', async () => {
    await send('foreign');
    const words = await question('foreign-password');
    expect(words).toContain(`The issuer is ${id.origin}`);
    expect(words).toContain(`The secrets go to ${other.origin}`);
    await story.press('Cancel');
    await editor.inlineTextAt(line(), /haven't allowed the servers/);
    expect(await story.question().count()).toBe(0);
  });

  test('is asked for with the server that gets it', async () => {
    const before = other.asked('POST /token');
    await story.clickInline(/^foreign/, 'Refresh Token');
    await story.press('Send Once');
    await story.question().getByText('Keyturn sends it to').waitFor();
    await story.picture('foreign-password-prompt');
    const { masked, prompt } = await editor.answer('a-password');
    expect(masked).toBe(true);
    expect(prompt).toContain(`Keyturn sends it to ${other.origin}/token.`);
    await expect.poll(() => other.asked('POST /token')).toBe(before + 1);
  });
});

describe('a token that is exchanged for one that goes further', () => {
  test('is not exchanged when the person says no', async () => {
    await send('delegated');
    const words = await question('exchange');
    expect(words).toContain('service');
    expect(words).toContain(other.origin);
    await story.press('Cancel');
    await editor.inlineTextAt(line(), /haven't allowed the exchange/);
  });

  test('is exchanged when the person allows it', async () => {
    await send('delegated');
    await story.press('Always Allow');
    await arrives();
  });
});

describe('a command', () => {
  test('is shown as it would run, and does not run when the person says no', async () => {
    await send('printed');
    const words = await question('command');
    expect(words).toContain(`${join(outside, 'tool.mjs')} "a b"`);
    expect(words).toContain(`The program is "${process.execPath}"`);
    expect(words).toContain(`"${workspace}"`);
    await story.press('Cancel');
    await editor.inlineTextAt(line(), /haven't allowed the command/);
  });

  test('runs once, and is asked about again', async () => {
    await send('printed');
    await story.press('Run Once');
    await arrives();
    await story.clickInline(/^printed/, 'Refresh Token');
    await story.press('Always Allow');
    await story.clickInline(/^printed/, 'Refresh Token');
    await send('printed');
    await arrives();
    expect(await story.dialog().count()).toBe(0);
  });
});

describe('an entry of the keychain', () => {
  test('is not read when the person says no', async () => {
    await send('kept');
    const words = await question('keychain');
    expect(words).toContain('gh:github.com');
    expect(words).toContain('ada');
    await story.press('Cancel');
    await editor.inlineTextAt(line(), /haven't allowed the k/);
  });
});

describe('an account of the editor', () => {
  test('is not used when the person says no', async () => {
    await send('account');
    const words = await question('account');
    expect(words).toContain('read:user repo');
    await story.press('Cancel');
    await editor.inlineTextAt(line(), /haven't allowed/);
  });

  test('is signed in to where the person allows it, in the words of the editor', async () => {
    await send('account');
    await story.press('Use Once');
    await story.dialog().waitFor();
    await story.picture('account-editor');
    await story.press('Allow');
    await arrives();
  });
});

describe('a token that another keyturn.json names, too', () => {
  test('is not used there when the person says no', async () => {
    await send('service');
    await arrives();
    await send('there');
    const words = await question('place');
    expect(words).toContain(join(workspace, 'elsewhere/keyturn.json'));
    expect(words).toContain(join(workspace, 'keyturn.json'));
    await story.press('Cancel');
    await editor.inlineTextAt(line(), /haven't allowed/);
  });

  test('is used there once the person allowed it, and not asked about again', async () => {
    await send('there');
    await story.press('Allow');
    await arrives();
    await send('there');
    await arrives();
    expect(await story.dialog().count()).toBe(0);
  });
});

describe('a secret that was stored for another keyturn.json', () => {
  test('is not used there when the person says no, whatever the token is called there', async () => {
    await send('secretive');
    await editor.answer('the-secret-of-the-client');
    await arrives();
    const before = id.asked('POST /token');
    await send('renamed');
    const words = await question('stored-secret');
    expect(words).toContain('stored client secret');
    expect(words).toContain(join(workspace, 'elsewhere/keyturn.json'));
    await story.press('Cancel');
    await editor.inlineTextAt(line(), /haven't allowed the stored client secret/);
    expect(id.asked('POST /token')).toBe(before);
  });

  test('is used there once the person allowed it', async () => {
    await send('renamed');
    await story.press('Allow');
    await arrives();
  });
});

describe('a token over a connection that is not verified', () => {
  test('is not sent when the person says no', async () => {
    await send('far');
    const words = await question('not-verified');
    expect(words).toContain(unverified);
    await story.press('Cancel');
    await editor.inlineTextAt(line(), /was not sent to/);
  });

  test('is sent once the person allowed it', async () => {
    await send('far');
    await story.press('Send Once');
    await arrives();
  });
});

describe('two tokens of one name', () => {
  test('are told apart by their file where one is chosen', async () => {
    await editor.runCommand('Keyturn: Refresh Token');
    await story.question().getByText('elsewhere/keyturn.json').waitFor();
    await story.pictures('same-name');
    await editor.page.keyboard.press('Escape');
  });
});

describe('what a server says', () => {
  test('is no link in a notification, wherever it leads', async () => {
    await story.clickInline(/^tempting/, 'Refresh Token');
    await editor.answer('any-secret');
    const told = story.notification('Repair it');
    await told.waitFor();
    await story.picture('server-words');
    expect(await told.innerText()).toContain('[here] (command:workbench.action.closeSidebar)');
    expect(await told.locator('a').filter({ hasText: 'here' }).count()).toBe(0);
  });
});

describe('an issuer that names another server afterwards', () => {
  test('gets no stored secret there when the person says no', async () => {
    await editor.closeNotifications();
    await send('moved');
    await editor.answer('the-secret-of-moved');
    await arrives();
    moving.leadTo(`${other.origin}/token`);
    // Metadata are kept for an hour in a window.
    await editor.page.reload();
    await editor.treeItem(/^moved/).waitFor({ timeout: 60_000 });
    const before = other.asked('POST /token');
    await story.clickInline(/^moved/, 'Refresh Token');
    const words = await question('new-receiver');
    expect(words).toContain(`Until now, Keyturn sent them to ${id.origin}`);
    expect(words).toContain(`${moving.origin} now asks Keyturn to send them to ${other.origin}`);
    await story.press('Cancel');
    await story.notification('allowed another server to receive the secrets').waitFor();
    expect(other.asked('POST /token')).toBe(before);
    await editor.closeNotifications();
    // A window is loaded again in between.
  }, 240_000);

  test('gets it where the person allows it', async () => {
    const before = other.asked('POST /token');
    await story.clickInline(/^moved/, 'Refresh Token');
    await story.press('Send Once');
    await expect.poll(() => other.asked('POST /token')).toBe(before + 1);
  });
});
