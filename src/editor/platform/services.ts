import type { EventEmitter, Uri } from 'vscode';
import type { Clock } from '../../base/clock.ts';
import type { Files } from '../../base/files.ts';
import type { EnvironmentSet } from '../../httpfile/environments/environments.ts';
import type { Span } from '../../base/position.ts';
import type { ApiSignIn } from '../../oauth/apiSignIn.ts';
import type { FindReceivers } from '../../oauth/receivers/receivers.ts';
import type { Engine } from '../../run/engine.ts';
import type { RequestResult } from '../../run/result.ts';
import type { ForeignTokens } from '../../foreign/foreignTokens.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import type { KeptSecrets } from '../../token/keptSecrets.ts';
import type { KeyValueStore } from '../../base/keyValue.ts';
import type { TokenInspections } from '../../oauth/verify/inspections.ts';
import type { ConsentStore } from '../../consent/origins.ts';
import type { TokenPlaces } from '../../consent/places.ts';
import type { Redactor } from '../../redaction/redactor.ts';
import type { TokenStore } from '../../token/store.ts';
import type { TokenManager } from '../../token/manager.ts';
import type { EditorAudit } from '../audit/editorAudit.ts';
import type { Log } from './log.ts';
import type { DocumentTrees } from '../requests/language/documentTrees.ts';
import type { RedirectPlace } from '../../run/apiSignIn/way.ts';

/** What extension.ts builds once and hands to every part of the editor. */
export interface EditorServices {
  readonly installed: InstalledExtension;
  readonly clock: Clock;
  readonly log: Log;
  /** Over `workspace.fs`: locations are `uri.toString()`. */
  readonly files: Files;
  readonly trees: DocumentTrees;
  readonly store: TokenStore;
  /** Small values kept between sessions, agreements among them. */
  readonly values: KeyValueStore;
  /** What the person allowed for tokens. */
  readonly consent: ConsentStore;
  /** Where tokens and stored secrets may be used from. */
  readonly places: TokenPlaces;
  readonly tokens: TokenManager;
  readonly foreignTokens: ForeignTokens;
  readonly inspections: TokenInspections;
  readonly keptSecrets: KeptSecrets;
  readonly redactor: Redactor;
  readonly audit: EditorAudit;
  readonly profiles: ProfileIndex;
  readonly environments: EnvironmentPicker;
  readonly sandbox: SandboxControl;
  /** Tells of each request that was sent by itself or among others. */
  readonly results: EventEmitter<RequestResult>;
  /** Loads the heavy half (undici, OAuth) on first use. */
  engine(): Promise<Engine>;
  /** Requests that begin from now on open new connections. */
  closeConnections(): Promise<void>;
  /** Loads the same half. */
  apiSignIn(): Promise<ApiSignIn>;
  /** How a browser gets back to this window now. */
  readonly findReceivers: FindReceivers;
  redirectPlace(): RedirectPlace;
}

/** Keyturn as it is installed. */
export interface InstalledExtension {
  readonly id: string;
  readonly folder: Uri;
  /** For files of the person that belong to no workspace. */
  readonly storage: Uri;
}

/** Where a `keyturn.json` declares a profile. */
export interface ProfileDeclaration {
  readonly location: string;
  /** The profile, or the first of its errors. */
  readonly span: Span;
  /** True when it cannot be used before the file is corrected. */
  readonly hasErrors: boolean;
}

/** The `keyturn.json` files of the workspace; each document uses the nearest one upward. */
export interface ProfileIndex {
  /** Names that a document may use: profiles of its `keyturn.json`, then pasted tokens. */
  names(document: Uri): Promise<string[]>;
  /** Fails with `profile_unknown`, `profile_invalid` or, for what an untrusted workspace declares, `untrusted_workspace`. */
  find(document: Uri, name: string): Promise<TokenProfile>;
  /** The profile that another one of the same `keyturn.json` names, in the same environment. Fails like `find`. */
  findBeside(from: TokenProfile, name: string): Promise<TokenProfile>;
  /** Where the document's `keyturn.json` declares the profile; null for a pasted token, and for none. */
  declaration(document: Uri, name: string): Promise<ProfileDeclaration | null>;
  /** Location of the keyturn.json that the document uses. */
  nearest(document: Uri): Promise<string | null>;
  /** After a keyturn.json was written. */
  reload(): void;
  /** Every profile of every folder of the workspace, variables replaced by the chosen environment. */
  all(): Promise<TokenProfile[]>;
  onDidChange(listener: () => void): { dispose(): void };
}

/** Built by `createEnvironmentPicker({ context, files, sandbox })` of environments/environmentPicker.ts. */
export interface EnvironmentPicker {
  /** Chosen environment of the document's folder; null for none. */
  selected(document: Uri): string | null;
  names(document: Uri): Promise<string[]>;
  /** Remembers the choice for the document's folder. */
  select(document: Uri, name: string | null): Promise<void>;
  /** What is wrong in the environment files that the document uses. */
  problems(document: Uri): Promise<EnvironmentSet['problems']>;
  /** The entry of this id under Security → Auth of an environment, as in `variables`; null where there is none. */
  authEntry(
    document: Uri,
    id: string,
    environment?: string | null,
  ): Promise<Readonly<Record<string, unknown>> | null>;
  /** Variables of an environment (the chosen one where none is named; null: only the shared ones), the running sandbox's above them. */
  variables(document: Uri, environment?: string | null): Promise<ReadonlyMap<string, string>>;
  onDidChange(listener: () => void): { dispose(): void };
}

/** The sandbox process of this window. */
export interface SandboxControl {
  /** `sandboxIssuer` and `sandboxApi` while it runs, else empty. */
  variables(): Readonly<Record<string, string>>;
  onDidChange(listener: () => void): { dispose(): void };
}
