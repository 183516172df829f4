// What a token is worth, and its end: each command against the sandbox, to what it leaves behind.
import * as assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CompactEncrypt, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import {
  commands,
  ConfigurationTarget,
  type DocumentLink,
  type QuickPickItem,
  Selection,
  type ThemeIcon,
  window,
  workspace,
} from 'vscode';
import { readTokenKey } from '../../src/profile/key.ts';
import { fileUri, jwtThatEnds, keyturn, open, sandbox, send } from './driver.ts';
import { tapSecrets } from './secretsTap.ts';
import { eventually, runAll, test } from './suite.ts';
import { installWiretap, type ShownMessage, type TreeText } from './wiretap.ts';

const tap = installWiretap();
let secrets: Awaited<ReturnType<typeof tapSecrets>>;

const client = {
  grant: 'client_credentials',
  issuer: sandbox.issuer,
  clientId: 'viewer',
  clientAuthentication: 'client_secret_basic',
  scope: 'reports:read',
  origins: [sandbox.api],
};
const opaque = { ...client, resource: `${sandbox.api}/opaque` };
const pasted = { grant: 'static', issuer: sandbox.issuer, origins: [sandbox.api] };
const basic = `Basic ${btoa('viewer:viewer-secret')}`;

/** Token profiles of the workspace, and one request with each. */
const tokens = {
  machine: client,
  opaque,
  ended: opaque,
  watched: opaque,
  turned: opaque,
  kept: pasted,
  checked: pasted,
  sealed: pasted,
};

/** The access token that is held, as the editor stored it. */
function stored(name: string): string | undefined {
  const entry = [...secrets.written].find(([key]) => readTokenKey(key)?.name === name);
  return entry === undefined ? undefined : (JSON.parse(entry[1]) as { accessToken: string }).accessToken;
}

/** A token from its issuer, by a request that uses it. */
async function obtain(name: string): Promise<string> {
  const document = await open(fileUri('inspections.http'));
  const line = document.getText().split('\n').indexOf(`# @token ${name}`) + 1;
  await send(document, line);
  return eventually(`the token ${name}`, () => stored(name));
}

/** The token for a single request of `ended`, which is kept beside that. */
async function obtainDownScoped(): Promise<string> {
  const document = await open(fileUri('inspections.http'));
  await send(document, document.getText().split('\n').indexOf('# @scope reports:read') + 1);
  const written = await eventually('the token with less scope', () =>
    [...secrets.written].find(([key]) => /^token:ended(:[\w-]{24}){2}$/.test(key)),
  );
  return (JSON.parse(written[1]) as { accessToken: string }).accessToken;
}

async function paste(name: string, value: string): Promise<void> {
  tap.pickAnswers.push(name);
  tap.inputAnswers.push(value);
  await commands.executeCommand('keyturn.tokens.paste');
  await eventually(`the new value of ${name}`, () => stored(name) === value);
}

/** Runs a command on the token as the palette does, and gives what the person was told and asked. */
async function act(
  command: string,
  name: string,
  answer: (message: ShownMessage) => string | undefined = () => undefined,
): Promise<readonly ShownMessage[]> {
  tap.messages.length = 0;
  tap.messageAnswer = answer;
  tap.pickAnswers.unshift(name);
  try {
    await commands.executeCommand(`keyturn.tokens.${command}`);
    // The last notification is not waited for by the command.
    await eventually(`an answer to ${command}`, () => tap.messages.length > 0);
    return [...tap.messages];
  } finally {
    tap.messageAnswer = () => undefined;
    tap.pickAnswers.length = 0;
  }
}

const agree = ({ modal, actions }: ShownMessage) => (modal ? actions[0] : undefined);

/** The lines below an entry, by their labels. */
async function below(name: string): Promise<ReadonlyMap<string, TreeText>> {
  const entry = await tap.entry(name);
  assert.ok(entry, `${name} is not in the tree.`);
  return new Map(entry.children.map((child) => [child.label, child]));
}

function texts(node: TreeText | undefined): Record<string, string> {
  return Object.fromEntries((node?.children ?? []).map(({ label, description }) => [label, description]));
}

/** How the reports API answers to a token. */
async function apiStatus(accessToken: string): Promise<number> {
  const headers = { authorization: `Bearer ${accessToken}` };
  return (await fetch(`${sandbox.api}/reports`, { headers })).status;
}

async function sandboxJson<T>(address: string): Promise<T> {
  return (await (await fetch(address)).json()) as T;
}

test('begins with the tokens of the sandbox', async () => {
  await open(fileUri('requests.http'));
  await eventually('activation', () => keyturn().isActive);
  secrets = await tapSecrets();
  await workspace.fs.writeFile(fileUri('keyturn.json'), Buffer.from(JSON.stringify({ tokens })));
  const requests = Object.keys(tokens).map((name) => `# @token ${name}\nGET ${sandbox.api}/reports\n`);
  requests.push(`# @token ended\n# @scope reports:read\nGET ${sandbox.api}/reports\n`);
  await workspace.fs.writeFile(fileUri('inspections.http'), Buffer.from(requests.join('\n###\n')));
  await eventually('the profiles', () => tap.entry('machine'));
  tap.inputAnswers.push('viewer-secret');
  assert.equal(await apiStatus(await obtain('machine')), 200);
  assert.equal(await apiStatus(await obtain('opaque')), 200);
});

test('verifies a token with the keys of its issuer, and shows the key', async () => {
  const [told] = await act('verify', 'machine');
  assert.equal(told?.kind, 'information');
  assert.match(told.text, /"machine" is verified\./);
  const entry = await tap.entry('machine');
  assert.match(entry?.description ?? '', /verified/);
  const { keys } = await sandboxJson<{ keys: { kid: string }[] }>(`${sandbox.issuer}/jwks`);
  const signature = (await below('machine')).get('Signature');
  assert.equal(signature?.description, `verified · ES256, ${keys[0]?.kid ?? ''}`);
  const lines = texts(signature);
  assert.equal(lines['Key from'], `${sandbox.issuer}/jwks`);
  assert.ok(lines['Thumbprint']);
});

test('marks in lists what is proven, by sign and words', async () => {
  tap.picks.length = 0;
  await commands.executeCommand('keyturn.tokens.copy');
  const [items] = tap.picks as readonly (readonly QuickPickItem[])[];
  const item = items?.find(({ label }) => label === 'machine');
  assert.match(item?.description ?? '', / · verified · /);
  assert.equal((item?.iconPath as ThemeIcon | undefined)?.id, 'verified');
  const other = items?.find(({ label }) => label === 'opaque');
  assert.doesNotMatch(other?.description ?? 'verified', /verified/);

  await open(fileUri('inspections.http'));
  tap.picks.length = 0;
  await commands.executeCommand('keyturn.sendWithToken');
  const [named] = tap.picks as readonly (readonly QuickPickItem[])[];
  const marked = named?.filter(({ description }) => description === '$(verified) verified');
  assert.deepEqual(
    marked?.map(({ label }) => label.includes('machine')),
    [true],
  );
});

test('says why a pasted token is invalid: unsigned, of another issuer, expired', async () => {
  const verify = async (name: string) => {
    const [told] = await act('verify', name);
    assert.equal(told?.kind, 'warning');
    assert.match(told.text, new RegExp(`"${name}" is invalid\\.`));
    assert.match((await tap.entry(name))?.description ?? '', /invalid/);
    return { told: told.text, shown: (await below(name)).get('Signature')?.description ?? '' };
  };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const seconds = Math.floor(Date.now() / 1000);
  await paste(
    'kept',
    `${part({ alg: 'none', typ: 'at+jwt' })}.${part({ iss: sandbox.issuer, exp: seconds + 600 })}.`,
  );
  assert.match((await verify('kept')).shown, /^invalid · The token is not signed/);

  await paste('kept', jwtThatEnds(600));
  const foreign = await verify('kept');
  assert.ok(foreign.shown.startsWith('invalid · The token says that https://id.example.com issued it'));
  assert.ok(foreign.told.includes('Check the "issuer" in keyturn.json.'));

  // The key is held here, so that the token is one of the issuer's in everything but its time.
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const expired = await new SignJWT({ scope: 'reports:read' })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' })
    .setIssuer(sandbox.issuer)
    .setSubject('someone')
    .setAudience(sandbox.api)
    .setIssuedAt(seconds - 7200)
    .setExpirationTime(seconds - 3600)
    .sign(privateKey);
  await paste('checked', expired);
  tap.pickAnswers.push('Verification key', '$(clippy) Paste a JWK or a shared secret');
  tap.inputAnswers.push(JSON.stringify(await exportJWK(publicKey)));
  const [told] = await act('setKey', 'checked');
  assert.match(told?.text ?? '', /"checked" is invalid\. .*(expired|ended)/i);
  assert.equal(texts((await below('checked')).get('Signature'))['Key from'], 'the secret storage');

  // Without that key, the issuer's own count again.
  tap.pickAnswers.push('Verification key', '$(trash) Remove the stored key');
  const [without] = await act('setKey', 'checked');
  assert.match(without?.text ?? '', /"checked" is invalid\. The signature/);
});

test('asks whether the issuer is trusted that a token of one’s own names', async () => {
  tap.inputAnswers.push(stored('machine') ?? '', 'own');
  tap.pickAnswers.push('New token', sandbox.api, 'Bearer');
  await commands.executeCommand('keyturn.tokens.add');
  await eventually('the token', () => tap.entry('own'));
  const left = await act('verify', 'own');
  assert.deepEqual(
    left.map(({ modal, kind }) => [modal, kind]),
    [
      [true, 'information'],
      [false, 'information'],
    ],
  );
  assert.ok(left[0]?.text.includes(sandbox.issuer));
  assert.match(left[1]?.text ?? '', /"own" is not verified\./);
  const trusted = await act('verify', 'own', agree);
  assert.match(trusted.at(-1)?.text ?? '', /"own" is verified\./);
});

test('opens an encrypted token with the key that is set', async () => {
  const jwk = await sandboxJson<JWK>(`${sandbox.api}/sandbox/decryption-key`);
  const publicJwk: JWK = { ...jwk };
  delete publicJwk.d;
  const sealed = await new CompactEncrypt(Buffer.from(stored('machine') ?? ''))
    .setProtectedHeader({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM', cty: 'JWT' })
    .encrypt(await importJWK(publicJwk, 'ECDH-ES+A256KW'));
  await paste('sealed', sealed);
  const [closed] = await act('verify', 'sealed');
  assert.match(closed?.text ?? '', /"sealed" is not verified\./);
  assert.equal((await below('sealed')).get('Claims'), undefined);

  tap.pickAnswers.push('Decryption key', '$(clippy) Paste a JWK or a shared secret');
  tap.inputAnswers.push(JSON.stringify(jwk));
  tap.inputs.length = 0;
  const [opened] = await act('setKey', 'sealed');
  assert.deepEqual(
    tap.inputs.map(({ password }) => password),
    [true],
  );
  assert.match(opened?.text ?? '', /"sealed" is verified\./);
  const lines = await below('sealed');
  assert.equal(texts(lines.get('Claims'))['client_id'], 'viewer');
  assert.match((await tap.entry('sealed'))?.description ?? '', /[45] min/);
  const { reports } = (await (
    await fetch(`${sandbox.api}/reports`, { headers: { authorization: `Bearer ${sealed}` } })
  ).json()) as { reports: unknown[] };
  assert.ok(reports.length > 0);
});

test('introspects an opaque token', async () => {
  const [told] = await act('introspect', 'opaque');
  assert.equal(told?.kind, 'information');
  assert.match(told.text, /127\.0\.0\.1:\d+ says that "opaque" is active\. Scopes: reports:read/);
  const introspection = (await below('opaque')).get('Introspection');
  assert.equal(introspection?.description, 'active');
  const claims = introspection.children.find(({ label }) => label === 'Claims');
  assert.equal(texts(claims)['client_id'], 'viewer');

  // A JWT of which its issuer keeps no record: it is told as what it is.
  const jwt = await act('introspect', 'machine');
  assert.match(jwt.at(-1)?.text ?? '', /verify the signature|does not introspect|verify its signature/);
});

test('shows everything known in a document with links, and no token', async () => {
  await act('verify', 'machine', ({ actions }) => actions.find((action) => action === 'Show Details'));
  const editor = await eventually('the details', () => {
    const active = window.activeTextEditor;
    return active?.document.uri.scheme === 'keyturn-claims' ? active : undefined;
  });
  const text = editor.document.getText();
  const details = JSON.parse(text) as Record<string, unknown>;
  assert.equal(details['signature'], 'verified');
  assert.equal((details['claims'] as { client_id: string }).client_id, 'viewer');
  assert.ok(!text.includes(stored('machine')?.split('.')[2] ?? ''), 'It shows the signature.');
  const links = await commands.executeCommand<DocumentLink[]>(
    'vscode.executeLinkProvider',
    editor.document.uri,
  );
  const targets = links.map(({ target }) => String(target));
  for (const wanted of [
    'https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4',
    'https://www.rfc-editor.org/rfc/rfc7515#section-4.1.4',
    'https://www.rfc-editor.org/rfc/rfc8693#section-4.3',
  ]) {
    assert.ok(targets.includes(wanted), `${wanted} is not among ${targets.join(' ')}`);
  }

  // It is renewed while it is on screen.
  tap.pickAnswers.push('opaque');
  await commands.executeCommand('keyturn.tokens.showClaims');
  const shown = () => JSON.parse(window.activeTextEditor?.document.getText() ?? '{}') as { name?: string };
  await eventually('the other details', () => shown().name === 'opaque');
});

test('inspects a token that is not held, selected or pasted, without keeping it', async () => {
  const claims = { iss: 'https://id.example.com', sub: 'ada', exp: 1_700_000_000 };
  const part = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const token = `${part({ alg: 'RS256', kid: 'one' })}.${part(claims)}.c2lnbmF0dXJl`;
  const writtenBefore = secrets.written.size;
  const inspected = () => {
    const shown = window.activeTextEditor?.document;
    return shown?.uri.scheme === 'keyturn-inspected' ? shown.getText() : '';
  };

  tap.inputAnswers.push(`Bearer ${token}`);
  await commands.executeCommand('keyturn.tokens.inspect');
  const pasted = await eventually('what was pasted', inspected);
  const details = JSON.parse(pasted) as Record<string, unknown>;
  assert.deepEqual(details['claims'], claims);
  assert.deepEqual(details['header'], { alg: 'RS256', kid: 'one' });
  assert.equal(details['signature'], 'not verified');
  assert.ok(!pasted.includes('c2lnbmF0dXJl') && !pasted.includes(token.slice(0, 30)), pasted);
  await commands.executeCommand('workbench.action.closeActiveEditor');

  const document = await workspace.openTextDocument({
    language: 'http',
    content: `Authorization: Bearer ${token}`,
  });
  const editor = await window.showTextDocument(document);
  editor.selection = new Selection(0, 'Authorization: '.length, 0, document.lineAt(0).text.length);
  await commands.executeCommand('keyturn.tokens.inspect');
  assert.equal(await eventually('what was selected', inspected), pasted);
  assert.equal(secrets.written.size, writtenBefore);
});

test('revokes after a confirmation only, and deletes what was revoked', async () => {
  const value = await obtain('ended');
  const downScoped = await obtainDownScoped();
  assert.equal(await apiStatus(downScoped), 200);
  const left = await act('revoke', 'ended');
  assert.equal(left.length, 1);
  assert.match(left[0]?.text ?? '', /Revoke the token "ended"\?/);
  assert.ok(left[0]?.modal && left[0].detail.includes(sandbox.issuer));
  assert.equal(await apiStatus(value), 200);

  const done = await act('revoke', 'ended', agree);
  assert.equal(done.at(-1)?.kind, 'information');
  assert.match(
    done.at(-1)?.text ?? '',
    /"ended" is deleted here\. The access token was revoked.* The down-scoped token was revoked\.$/,
  );
  assert.deepEqual([await apiStatus(value), await apiStatus(downScoped)], [401, 401]);
  await eventually('the empty entry', async () => (await tap.entry('ended'))?.contextValue.includes('empty'));
  assert.equal(stored('ended'), undefined);
  // Its permissions have gone with it.
  tap.picks.length = 0;
  await commands.executeCommand('keyturn.permissions.review');
  const [permissions = []] = tap.picks as readonly (readonly QuickPickItem[])[];
  const tokensNamed = permissions.map(({ description }) => description?.split(' ').at(-1));
  assert.ok(tokensNamed.includes('machine') && !tokensNamed.includes('ended'), tokensNamed.join());
});

test('keeps a token that its issuer does not revoke, until the person wants it gone', async () => {
  const kept = await act('revoke', 'machine', agree);
  assert.equal(kept.at(-1)?.kind, 'warning');
  assert.match(kept.at(-1)?.text ?? '', /"machine" was kept\. The server does not revoke this access token/);
  assert.deepEqual(kept.at(-1)?.actions, ['Delete Anyway']);
  assert.ok(stored('machine'));
  await act('revoke', 'machine', ({ modal, actions }) => (modal ? actions[0] : 'Delete Anyway'));
  await eventually('the token gone', () => stored('machine') === undefined);
});

test('rotates after a confirmation only: a new token, and the old one is revoked', async () => {
  const old = await obtain('turned');
  const left = await act('rotate', 'turned');
  assert.deepEqual(
    left.map(({ modal, actions }) => [modal, actions]),
    [[true, ['Rotate Token']]],
  );
  assert.ok(left[0]?.detail.includes(sandbox.issuer), left[0]?.detail);
  assert.equal(stored('turned'), old);
  assert.equal(await apiStatus(old), 200);
  const [, told] = await act('rotate', 'turned', agree);
  assert.equal(told?.kind, 'information');
  assert.match(told.text, /"turned" has a new token\. The access token was revoked/);
  const fresh = stored('turned');
  assert.ok(fresh !== undefined && fresh !== old);
  assert.equal(await apiStatus(old), 401);
  assert.equal(await apiStatus(fresh), 200);
});

test('asks about tokens in use by itself, as often as the setting says', async () => {
  const value = await obtain('watched');
  const setting = workspace.getConfiguration('keyturn.tokens');
  await setting.update('introspectEvery', 0.02, ConfigurationTarget.Global);
  try {
    await eventually(
      'the status',
      async () => (await below('watched')).get('Introspection')?.description === 'active',
    );
    tap.messages.length = 0;
    await fetch(`${sandbox.issuer}/token/revocation`, {
      method: 'POST',
      headers: { authorization: basic },
      body: new URLSearchParams({ token: value }),
    });
    const told = await eventually('the warning', () =>
      tap.messages.find(({ text }) => text.includes('"watched" says that it is no longer active')),
    );
    assert.equal(told.kind, 'warning');
    assert.match((await tap.entry('watched'))?.description ?? '', /not active at its issuer/);
  } finally {
    await setting.update('introspectEvery', undefined, ConfigurationTarget.Global);
  }
}, 30_000);

test('shares a token with the command through the keychain', async () => {
  await obtain('machine');
  const declined = await act('share', 'machine');
  assert.equal(declined.length, 1);
  assert.match(declined[0]?.text ?? '', /Copy the token "machine" to the keychain of this computer\?/);
  if (process.env['KEYTURN_TEST_KEYRING'] !== '1') return;
  const shared = await act('share', 'machine', agree);
  assert.match(shared.at(-1)?.text ?? '', /The keyturn command can now use the token "machine"\./);
  const keyturnCommand = join(keyturn().extensionPath, 'dist/cli/cli.js');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [keyturnCommand, 'token', 'verify', 'machine', '--json'],
    { cwd: fileUri('.').fsPath },
  );
  assert.equal((JSON.parse(stdout) as { status: string }).status, 'verified');
}, 40_000);

test('revokes all tokens of an issuer, and tells which were not', async () => {
  // Of this one there is only what a single request asked for.
  const downScoped = await obtainDownScoped();
  const held = stored('opaque') ?? '';
  const left = await act('revokeEverywhere', sandbox.issuer);
  assert.equal(left.length, 1);
  assert.ok(left[0]?.modal);
  assert.match(left[0].detail, /opaque/);
  assert.equal(await apiStatus(held), 200);

  const done = (await act('revokeEverywhere', sandbox.issuer, agree)).at(-1);
  assert.equal(done?.kind, 'warning');
  assert.match(done.text, /^\d of \d tokens of http:\/\/127\.0\.0\.1:\d+ were revoked and deleted\./);
  assert.match(done.text, /revoked and deleted\. The down-scoped token was revoked\. /);
  assert.match(done.text, /machine: The server does not revoke this access token/);
  assert.deepEqual([await apiStatus(held), await apiStatus(downScoped)], [401, 401]);
  for (const name of ['opaque', 'ended', 'turned']) assert.equal(stored(name), undefined);
  assert.ok(stored('machine'));
});

test('ends', () => secrets.restore());

export { runAll as run };
