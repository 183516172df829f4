import type { EventEmitter, Uri } from 'vscode';
import type { Clock } from '../base/clock.ts';
import type { Files } from '../base/files.ts';
import type { ApiSignIn } from '../oauth/apiSignIn.ts';
import type { FindReceivers } from '../oauth/receivers/receivers.ts';
import type { Engine } from '../run/engine.ts';
import type { RequestResult } from '../run/result.ts';
import type { ForeignTokens } from '../foreign/foreignTokens.ts';
import type { KeptSecrets } from '../token/keptSecrets.ts';
import type { KeyValueStore } from '../base/keyValue.ts';
import type { TokenInspections } from '../oauth/verify/inspections.ts';
import type { ConsentStore } from '../consent/origins.ts';
import type { TokenPlaces } from '../consent/places.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { TokenStore } from '../token/store.ts';
import type { TokenManager } from '../token/manager.ts';
import type { EditorAudit } from './audit/editorAudit.ts';
import type { Log } from './platform/log.ts';
import type { RedirectPlace } from '../run/apiSignIn/way.ts';
import type { RequestFiles } from './documents/requestFiles.ts';
import type { ProfileIndex } from './profiles/declared.ts';
import type { EnvironmentPicker } from './environments/picker.ts';
import type { Sessions } from './environments/sessions.ts';
import type { WindowSandbox } from './sandbox/sandboxControl.ts';
import type { EntryPickParts } from './tokens/entryPick.ts';
import type { TokenSelection } from './tokens/selection.ts';
import type { TokenDirectory } from './tokens/tokenDirectory.ts';

/** What extension.ts builds once and hands to every part of the editor. */
export interface EditorServices {
  readonly installed: InstalledExtension;
  readonly clock: Clock;
  readonly log: Log;
  /** Over `workspace.fs`: locations are `uri.toString()`. */
  readonly files: Files;
  readonly store: TokenStore;
  /** Small values kept between sessions, permissions among them. */
  readonly values: KeyValueStore;
  /** The same, for this workspace alone. */
  readonly folderValues: KeyValueStore;
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
  /** What earlier requests left for later ones: their answers and cookies. */
  readonly sessions: Sessions;
  readonly sandbox: WindowSandbox;
  /** Every token of the workspace, as the views list them. */
  readonly directory: TokenDirectory;
  readonly selection: TokenSelection;
  /** With which a command finds the token that it is about. */
  readonly pick: EntryPickParts;
  /** The request files of the workspace, watched from the first call on. */
  requestFiles(): Promise<RequestFiles>;
  /** Tells of each request that was sent by itself or among others. */
  readonly results: EventEmitter<RequestResult>;
  /** Loads the heavy half (undici, OAuth) on first use. */
  engine(): Promise<Engine>;
  /** Requests that begin from now on open new connections. */
  closeConnections(): Promise<void>;
  /** Loads the same half. */
  apiSignIn(): Promise<ApiSignIn>;
  readonly findReceivers: FindReceivers;
  /** How a browser gets back to this window now. */
  redirectPlace(): RedirectPlace;
}

/** Keyturn as it is installed. */
export interface InstalledExtension {
  readonly id: string;
  readonly folder: Uri;
  /** For files of the person that belong to no workspace. */
  readonly storage: Uri;
}
