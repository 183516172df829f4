import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import { fileLimits } from '../../base/files.ts';
import { parseUrl } from '../../base/url.ts';
import { visible } from '../../base/visible.ts';
import type { HttpResponse } from '../../http/message.ts';
import { parseProfileFile } from '../../profile/file.ts';
import { secretKey } from '../../profile/key.ts';
import type { ProfileTarget } from '../../run/apiSignIn/profileTarget.ts';
import { type SignedInToApi, signInToApi } from '../../run/apiSignIn/signInToApi.ts';
import { type ApiSignInAnswers, terminalQuestions } from '../ask/apiQuestions.ts';
import type { Streams } from '../output/streams.ts';
import { nodeFiles } from '../session/nodeFiles.ts';
import type { Session } from '../session/session.ts';
import type { Place } from './shared.ts';
import { signInFor } from './signInFor.ts';

export interface ApiLogin {
  /** Of a request that the API answers with 401. */
  readonly api: string;
  /** The keyturn.json to write to; null for the nearest one, else a new one in the working folder. */
  readonly file: string | null;
  readonly answers: ApiSignInAnswers;
}

/** Sign In to This API at a terminal. Fails with `cancelled` where the person leaves, and like `signInToApi`. */
export async function loginToApi(
  { session, from }: Pick<Place, 'session' | 'from'>,
  { api, file, answers }: ApiLogin,
  streams: Streams,
  signal: AbortSignal,
): Promise<void> {
  const url = parseUrl(api);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new KeyturnError(
      'usage',
      '`--api` takes the URL of a request, such as https://api.example.com/reports.',
    );
  // Without a keychain, nothing that follows could be kept.
  await session.store.keys();
  const response = await askWithoutToken(session, url, signal);
  const done = await signInToApi(
    {
      network: await session.apiSignIn(),
      questions: {
        ...terminalQuestions(streams, answers, signal),
        file: () => profileTarget(session, file === null ? null : resolve(streams.cwd, file), from, signal),
      },
      during: (_step, work) => work(signal),
      tokens: { acquire: (profile) => signInFor(profile, session, streams, signal) },
      store: session.store,
      clientSecrets: {
        keep: (profile, secret) => session.store.setSecret(secretKey('client_secret', profile), secret),
        drop: (profile) => session.store.deleteSecret(secretKey('client_secret', profile)),
      },
      redirectPlace: { loopback: true, editorUri: null },
      cause: 'keyturn token login',
    },
    response,
    url.href,
  );
  if (done === null) throw new KeyturnError('cancelled', 'Cancelled.');
  sayWhatWasWritten(done, streams);
}

/** What the API says to a request without a token. Fails with `usage` where it asks for none. */
async function askWithoutToken(
  { client }: Pick<Session, 'client'>,
  url: URL,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const response = await client.send(
    {
      method: 'GET',
      url,
      headers: [['accept', 'application/json, */*;q=0.8']],
      body: null,
      secrets: [],
      followRedirects: true,
      verifyTls: true,
      connectTimeoutMs: 10_000,
      totalTimeoutMs: 30_000,
      maxBodyBytes: 64 * 1024,
    },
    signal,
  );
  if (response.status < 200 || response.status >= 300) return response;
  throw new KeyturnError('usage', `${url.host} answers ${response.status} without a token.`, {
    hint: 'Name the URL of a request that the API answers with 401.',
  });
}

/** Fails with `file_unreadable`. */
async function profileTarget(
  { profiles, tokens, environment }: Pick<Session, 'profiles' | 'tokens' | 'environment'>,
  named: string | null,
  from: string,
  signal: AbortSignal,
): Promise<ProfileTarget> {
  const location = named ?? (await profiles.file(from))?.location ?? from;
  const read = async () => {
    const how = { from: null, trusted: true, maxBytes: fileLimits.settings, name: location, signal };
    const bytes = await nodeFiles.read(location, how);
    return bytes === null ? '' : new TextDecoder().decode(bytes);
  };
  const { profiles: declared, problems } = parseProfileFile(await read(), location);
  const names = [
    ...declared.map(({ name }) => name),
    ...problems.map(({ profileName }) => profileName ?? ''),
  ];
  return {
    location,
    names: new Set([...names, ...(await tokens.personalNames()).values()]),
    variables: await environment(location),
    read,
    async write(text) {
      try {
        await writeFile(location, text);
      } catch (error) {
        throw new KeyturnError('file_unreadable', `The profile could not be written to ${location}.`, {
          cause: error,
        });
      }
    },
  };
}

function sayWhatWasWritten({ profile, location, written }: SignedInToApi, { err }: Streams): void {
  const { name } = profile;
  err.write(`Added the profile ${visible(name)} to ${visible(location)}:\n`);
  for (const [property, value] of Object.entries(written))
    err.write(`  ${property}: ${visible(typeof value === 'object' ? value.join(' ') : String(value))}\n`);
  err.write(`Write "# @token ${visible(name)}" above a request to use it.\n`);
}
