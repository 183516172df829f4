import { KeyturnError } from '../errors.ts';
import type { GrantResult } from './grant.ts';
import { clientSecretKey } from './key.ts';
import type { TokenManagerOptions } from './managerOptions.ts';
import { formEncodedSecret } from '../secretForms.ts';
import type { TokenState } from './tokenState.ts';

type Options = Pick<TokenManagerOptions, 'store' | 'redactor' | 'obtain' | 'clientSecret' | 'preset'>;

interface ClientSecret {
  readonly from: 'preset' | 'store' | 'person';
  readonly secret: string;
}

/**
 * Performs the grant of a profile. The client secret comes from outside, from the store, or from the person, who is
 * asked only while somebody waits. A stored secret that the server refuses is asked for once more; one that the
 * person gave is stored when the server took it, and `notSaved` is told when the store did not.
 */
export async function obtainToken(
  options: Options,
  state: TokenState,
  refreshToken: string | null,
  signal: AbortSignal,
  notSaved: (error: unknown) => void,
): Promise<GrantResult> {
  const { profile } = state;
  const used: { secret: ClientSecret | null } = { secret: null };
  const perform = (refused: boolean) =>
    options.obtain(profile, {
      refreshToken,
      signal,
      async clientSecret() {
        const found = await findClientSecret(options, state, refused);
        const label = `client secret of ${profile.name}`;
        options.redactor.register(found.secret, label);
        options.redactor.register(formEncodedSecret(found.secret), label);
        used.secret = found;
        return found.secret;
      },
    });
  let result: GrantResult;
  try {
    result = await perform(false);
  } catch (error) {
    const mayAsk = used.secret?.from === 'store' && state.waiters > 0;
    if (!mayAsk || !KeyturnError.is(error, 'invalid_client')) throw error;
    result = await perform(true).catch((second: unknown) => {
      // When no other secret is given, the refusal is what the person has to know.
      throw KeyturnError.is(second, 'secret_missing') ? error : second;
    });
  }
  if (used.secret?.from === 'person') {
    await options.store.setClientSecret(clientSecretKey(profile), used.secret.secret).catch(notSaved);
  }
  return result;
}

async function findClientSecret(
  { preset, store, clientSecret }: Options,
  { profile, waiters }: TokenState,
  refused: boolean,
): Promise<ClientSecret> {
  const given = preset?.clientSecret(profile) ?? '';
  if (given !== '') return { from: 'preset', secret: given };
  // A store that cannot be read is no reason not to ask.
  const stored = refused ? null : await store.getClientSecret(clientSecretKey(profile)).catch(() => null);
  if (stored !== null) return { from: 'store', secret: stored };
  const asked = waiters === 0 ? null : await clientSecret(profile, { refused });
  if (asked !== null && asked !== '') return { from: 'person', secret: asked };
  throw new KeyturnError('secret_missing', `The client secret for "${profile.name}" is not stored.`, {
    hint: 'Use the token once and enter the secret when asked, or set KEYTURN_CLIENT_SECRET_<NAME> for the command.',
    data: { token: profile.name },
  });
}
