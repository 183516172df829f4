import { KeyturnError } from '../../base/errors.ts';
import type { Files } from '../../base/files.ts';
import type { Search } from '../../base/nearestFile.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import { fileFault, findProfile, findProfileFile, isValidName, resolveProfile } from '../../profile/file.ts';
import type { DeclaredProfile, ProfileFile } from '../../profile/declared.ts';
import { didYouMean } from '../didYouMean.ts';
import type { TokenManager } from '../../token/manager.ts';
import { withoutCredentials } from '../../redaction/withoutCredentials.ts';

/** The profiles for files on disk: those of the nearest `keyturn.json` upward, then pasted tokens. */
export class ProfileFolder {
  readonly #files: Files;
  readonly #search: Search;
  readonly #tokens: Pick<TokenManager, 'personal'>;
  /** By the folder that asked. A batch reads each file once. */
  readonly #read = new Map<string, Promise<ProfileFile | null>>();
  /** With what each profile was filled. */
  readonly #variables = new WeakMap<TokenProfile, ReadonlyMap<string, string>>();
  readonly #resolved = new WeakMap<ReadonlyMap<string, string>, Map<string, TokenProfile>>();

  readonly #environment: string | null;

  /** `environment`: the name of the one that all variables are of. */
  constructor(
    files: Files,
    search: Search,
    tokens: Pick<TokenManager, 'personal'>,
    environment: string | null = null,
  ) {
    this.#environment = environment;
    this.#files = files;
    this.#search = search;
    this.#tokens = tokens;
  }

  /** Null when there is no `keyturn.json`. */
  file(from: string): Promise<ProfileFile | null> {
    const folder = this.#files.parent(from) ?? from;
    let pending = this.#read.get(folder);
    if (pending === undefined) {
      pending = findProfileFile(this.#files, from, this.#search);
      this.#read.set(folder, pending);
    }
    return pending;
  }

  /** Fails with `profile_unknown` or `profile_invalid`. */
  async find(from: string, name: string, variables: ReadonlyMap<string, string>): Promise<TokenProfile> {
    const file = await this.file(from);
    const cacheKey = `${file?.location ?? ''}\n${name}`;
    const known = this.#resolved.get(variables)?.get(cacheKey);
    if (known !== undefined) return known;
    const profile = await this.#find(file, name, variables);
    const cache = this.#resolved.get(variables) ?? new Map<string, TokenProfile>();
    cache.set(cacheKey, profile);
    this.#resolved.set(variables, cache);
    return profile;
  }

  /** The profile that another one of the same `keyturn.json` names, in the same environment. Fails like `find`. */
  async findBeside(
    from: TokenProfile,
    name: string,
    environment: (path: string) => Promise<ReadonlyMap<string, string>>,
  ): Promise<TokenProfile> {
    const path = from.declaredIn;
    const file = path === null ? null : await this.file(path);
    if (path === null || file === null) {
      throw new KeyturnError(
        'profile_unknown',
        `The keyturn.json that declares token "${from.name}" no longer exists.`,
      );
    }
    const variables = this.#variables.get(from) ?? (await environment(path));
    return this.resolve(findProfile(file, name), variables);
  }

  /** With what a profile of this folder was filled; null for one of elsewhere. */
  variablesOf(profile: TokenProfile): ReadonlyMap<string, string> | null {
    return this.#variables.get(profile) ?? null;
  }

  /** A profile with these variables in it. Fails with `profile_invalid`. */
  resolve(declared: DeclaredProfile, variables: ReadonlyMap<string, string>): TokenProfile {
    const profile = resolveProfile(declared, (variable) => variables.get(variable), this.#environment);
    this.#variables.set(profile, variables);
    return profile;
  }

  async #find(
    file: ProfileFile | null,
    name: string,
    variables: ReadonlyMap<string, string>,
  ): Promise<TokenProfile> {
    const declared = file?.profiles.some((profile) => profile.name === name) ?? false;
    if (file !== null && (declared || file.problems.some((problem) => problem.profileName === name))) {
      return this.resolve(findProfile(file, name), variables);
    }
    // Without a keychain there are no pasted tokens: the name is wrong.
    const [pasted] = await this.#tokens.personal(name).catch(() => []);
    if (pasted !== undefined) return pasted.profile;
    const message = `There is no token named ${JSON.stringify(withoutCredentials(name))}.`;
    const fault = fileFault(file);
    const near = didYouMean(name, file?.profiles.map((profile) => profile.name) ?? []);
    throw new KeyturnError('profile_unknown', fault === null ? message : `${message} ${fault}`, {
      hint: near === null ? howToDeclare(name, file) : `Did you mean ${JSON.stringify(near)}?`,
      data: { name },
    });
  }
}

function howToDeclare(name: string, file: ProfileFile | null): string {
  const where = file === null ? 'a keyturn.json' : 'keyturn.json';
  const known = isValidName(name) && withoutCredentials(name) === name ? name : 'NAME';
  return `Declare it in ${where}, or add it: \`keyturn token add ${known} --origin https://api.example.com\`.`;
}
