import { l10n, EventEmitter, Uri, workspace } from 'vscode';
import { KeyturnError } from '../../base/errors.ts';
import type { ProfileFile } from '../../profile/declared.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import type { TokenManager } from '../../token/manager.ts';
import { withoutCredentials } from '../../redaction/withoutCredentials.ts';
import type { EnvironmentPicker } from '../environments/picker.ts';
import type { ProfileIndex } from './declared.ts';
import type { ListedProfile } from '../../profile/listedProfile.ts';
import type { ProfileFiles } from './profileFiles.ts';
import { requireTrust } from './trust.ts';

type PastedTokens = Pick<TokenManager, 'personal' | 'personalNames'>;

/** With what a profile was filled. */
interface Filling {
  readonly variables: ReadonlyMap<string, string>;
  readonly environment: string | null;
}

/** Finds profiles for documents, and lists those of the whole workspace. */
export class WorkspaceProfiles implements ProfileIndex {
  readonly files: ProfileFiles;
  readonly #environments: EnvironmentPicker;
  readonly #tokens: PastedTokens;
  readonly #changed = new EventEmitter<void>();
  readonly #subscriptions: { dispose(): void }[];
  readonly #fillings = new WeakMap<TokenProfile, Filling>();

  readonly onDidChange = this.#changed.event;

  constructor(files: ProfileFiles, environments: EnvironmentPicker, tokens: PastedTokens) {
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
    for (const pasted of (await this.#tokens.personalNames()).values()) names.add(pasted);
    return [...names];
  }

  async find(document: Uri, name: string): Promise<TokenProfile> {
    const file = await this.files.nearest(document);
    const { declaredProfile, fileFault, resolveProfile } = await import('../platform/later.ts');
    const declared = file === null ? null : declaredProfile(file, name);
    if (declared === null) return this.#personal(name, fileFault(file));
    requireTrust(declared);
    const filling = await this.#chosen(document);
    const { variables, environment } = filling;
    return this.#filled(
      resolveProfile(declared, (variable) => variables.get(variable), environment),
      filling,
    );
  }

  async findBeside(from: TokenProfile, name: string): Promise<TokenProfile> {
    const file = from.declaredIn === null ? null : await this.files.at(from.declaredIn);
    if (file === null || from.declaredIn === null) {
      throw new KeyturnError(
        'profile_unknown',
        l10n.t('The keyturn.json that declares "{0}" is gone.', from.name),
      );
    }
    const { findProfile, resolveProfile } = await import('../platform/later.ts');
    const declared = findProfile(file, name);
    requireTrust(declared);
    // Never the other environment's token: the one that is chosen may not be that of the profile.
    const filling = this.#fillings.get(from) ?? (await this.#chosen(Uri.parse(from.declaredIn, true)));
    const { variables, environment } = filling;
    return this.#filled(
      resolveProfile(declared, (variable) => variables.get(variable), environment),
      filling,
    );
  }

  async variablesOf(profile: TokenProfile, file: Uri) {
    return (this.#fillings.get(profile) ?? (await this.#chosen(file))).variables;
  }

  async declaration(document: Uri, name: string) {
    const file = await this.files.nearest(document);
    const declared = file?.profiles.find((profile) => profile.name === name);
    const error = file?.problems.find(
      ({ severity, profileName }) => severity === 'error' && profileName === name,
    );
    const span = declared?.span ?? error?.span;
    if (file === null || span === undefined) return null;
    return { location: file.location, span, hasErrors: declared === undefined };
  }

  async nearest(document: Uri): Promise<string | null> {
    return (await this.files.nearest(document))?.location ?? null;
  }

  reload(): void {
    this.files.reload();
  }

  async all(): Promise<TokenProfile[]> {
    const profiles: TokenProfile[] = [];
    const { fillProfile } = await import('../platform/later.ts');
    for (const file of await this.files.all()) {
      const filling = await this.#chosen(Uri.parse(file.location, true));
      for (const declared of file.profiles) {
        const { profile } = fillProfile(declared, filling.variables, filling.environment);
        if (profile !== null) profiles.push(this.#filled(profile, filling));
      }
    }
    return profiles;
  }

  /** Every profile in every environment in which it differs, those that cannot be filled included. */
  async list(): Promise<ListedProfile[]> {
    const files = await this.files.all();
    return (await Promise.all(files.map((file) => this.#listFile(file)))).flat();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.files.dispose();
  }

  async #listFile(file: ProfileFile): Promise<ListedProfile[]> {
    const { listProfiles, usesVariables } = await import('../platform/later.ts');
    const uri = Uri.parse(file.location, true);
    const names = file.profiles.some(usesVariables) ? await this.#environments.names(uri) : [];
    const chosen = await this.#environments.variables(uri);
    const environments = await Promise.all(
      names.map(async (name) => ({ name, variables: await this.#environments.variables(uri, name) })),
    );
    const listed = listProfiles(file, chosen, environments);
    for (const { profile, environment } of listed) {
      if (profile === null) continue;
      const variables = environments.find(({ name }) => name === environment)?.variables ?? chosen;
      this.#filled(profile, { variables, environment });
    }
    return listed;
  }

  async #chosen(file: Uri): Promise<Filling> {
    const environment = this.#environments.selected(file);
    return { variables: await this.#environments.variables(file, environment), environment };
  }

  #filled(profile: TokenProfile, filling: Filling): TokenProfile {
    this.#fillings.set(profile, filling);
    return profile;
  }

  async #personal(name: string, fault: string | null): Promise<TokenProfile> {
    const [found] = await this.#tokens.personal(name);
    if (found !== undefined) return found.profile;
    const message = l10n.t('There is no token "{0}".', withoutCredentials(name));
    throw new KeyturnError('profile_unknown', fault === null ? message : `${message} ${fault}`, {
      hint: l10n.t('Add a token of this name, or declare it in a keyturn.json.'),
      data: { profile: name },
    });
  }
}
