import { EventEmitter, Uri, workspace } from 'vscode';
import { asKeyturnError, KeyturnError } from '../../errors.ts';
import { hasVariable } from '../../token/profileCheck.ts';
import {
  type DeclaredProfile,
  findProfile,
  type ProfileFile,
  resolveProfile,
} from '../../token/profileFile.ts';
import { tokenKey } from '../../token/key.ts';
import type { TokenProfile } from '../../token/profile.ts';
import type { TokenManager } from '../../token/tokenManager.ts';
import type { EnvironmentPicker, ProfileIndex } from '../services.ts';
import type { ListedProfile } from './listedProfile.ts';
import type { ProfileFiles } from './profileFiles.ts';

/** Finds profiles for documents, and lists those of the whole workspace. */
export class WorkspaceProfiles implements ProfileIndex {
  readonly files: ProfileFiles;
  readonly #environments: EnvironmentPicker;
  readonly #tokens: Pick<TokenManager, 'personal'>;
  readonly #changed = new EventEmitter<void>();
  readonly #subscriptions: { dispose(): void }[];

  readonly onDidChange = this.#changed.event;

  constructor(files: ProfileFiles, environments: EnvironmentPicker, tokens: Pick<TokenManager, 'personal'>) {
    this.files = files;
    this.#environments = environments;
    this.#tokens = tokens;
    const changed = () => this.#changed.fire();
    this.#subscriptions = [
      this.#changed,
      files.onDidChange(changed),
      environments.onDidChange(changed),
      workspace.onDidGrantWorkspaceTrust(changed),
    ];
  }

  async names(document: Uri): Promise<string[]> {
    const file = await this.files.nearest(document);
    const names = new Set(file?.profiles.map((profile) => profile.name));
    for (const { profile } of await this.#tokens.personal()) names.add(profile.name);
    return [...names];
  }

  async find(document: Uri, name: string): Promise<TokenProfile> {
    const file = await this.files.nearest(document);
    const declared = file === null ? null : declaredProfile(file, name);
    if (declared instanceof KeyturnError || declared === null) {
      const personal = await this.#personal(name);
      if (personal !== null) return personal;
      throw declared ?? unknown(name);
    }
    requireTrust(declared);
    const variables = await this.#environments.variables(document);
    return resolveProfile(declared, (variable) => variables.get(variable));
  }

  async all(): Promise<TokenProfile[]> {
    const profiles: TokenProfile[] = [];
    for (const file of await this.files.all()) {
      const variables = await this.#environments.variables(Uri.parse(file.location, true));
      for (const declared of file.profiles) {
        const { profile } = fill(declared, variables, null);
        if (profile !== null) profiles.push(profile);
      }
    }
    return profiles;
  }

  /** Every profile in every environment in which it differs, those that cannot be filled included. */
  async list(): Promise<ListedProfile[]> {
    const lists = await Promise.all((await this.files.all()).map((file) => this.#listFile(file)));
    return lists.flat();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.files.dispose();
  }

  async #listFile(file: ProfileFile): Promise<ListedProfile[]> {
    const uri = Uri.parse(file.location, true);
    const names = file.profiles.some(usesVariables) ? await this.#environments.names(uri) : [];
    const chosen = await this.#environments.variables(uri);
    const environments = await Promise.all(
      names.map(async (name) => ({ name, variables: await this.#environments.variables(uri, name) })),
    );
    return file.profiles.flatMap((declared) => {
      if (!usesVariables(declared) || environments.length === 0) return [fill(declared, chosen, null)];
      const each = environments.map(({ name, variables }) => fill(declared, variables, name));
      return sameEverywhere(each)
        ? [{ ...(each[0] ?? fill(declared, chosen, null)), environment: null }]
        : each;
    });
  }

  async #personal(name: string): Promise<TokenProfile | null> {
    const entries = await this.#tokens.personal();
    return entries.find(({ profile }) => profile.name === name)?.profile ?? null;
  }
}

/** What an untrusted workspace declares is shown, but its tokens are neither obtained nor sent. */
export function requireTrust(profile: Pick<TokenProfile, 'name' | 'declaredIn'>): void {
  if (profile.declaredIn === null || workspace.isTrusted) return;
  throw new KeyturnError(
    'untrusted_workspace',
    `The token "${profile.name}" is declared by a workspace that is not trusted, so it is neither obtained nor sent.`,
    { hint: 'Trust the workspace if you know where it comes from.', data: { profile: profile.name } },
  );
}

function declaredProfile(file: ProfileFile, name: string): DeclaredProfile | KeyturnError {
  try {
    return findProfile(file, name);
  } catch (error) {
    if (KeyturnError.is(error, 'profile_unknown')) return error;
    throw error;
  }
}

function unknown(name: string): KeyturnError {
  return new KeyturnError('profile_unknown', `There is no token "${name}".`, {
    hint: 'Add a token of this name, or declare it in a keyturn.json.',
    data: { profile: name },
  });
}

function fill(
  declared: DeclaredProfile,
  variables: ReadonlyMap<string, string>,
  environment: string | null,
): ListedProfile {
  const { name, declaredIn } = declared;
  try {
    const profile = resolveProfile(declared, (variable) => variables.get(variable));
    return { name, declaredIn, environment, profile, problem: null };
  } catch (error) {
    const { code, message } = asKeyturnError(error);
    return { name, declaredIn, environment, profile: null, problem: { code, message: reasonOf(message) } };
  }
}

/** The tree names the profile already: what is wrong with it comes first there. */
function reasonOf(message: string): string {
  const colon = message.indexOf(': ');
  if (colon < 0) return message;
  const reason = message.slice(colon + 2);
  return reason.charAt(0).toUpperCase() + reason.slice(1);
}

function usesVariables(declared: DeclaredProfile): boolean {
  const { origins, sendAs, issuer, tokenEndpoint, clientId, scope, audience, resource } = declared;
  return hasVariable(
    JSON.stringify([origins, sendAs, issuer, tokenEndpoint, clientId, scope, audience, resource]),
  );
}

function sameEverywhere(each: readonly ListedProfile[]): boolean {
  const keys = new Set(
    each.map(({ profile, problem }) => (profile === null ? (problem?.message ?? '') : tokenKey(profile))),
  );
  return keys.size === 1;
}
