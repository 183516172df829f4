import type { Uri } from 'vscode';
import type { EnvironmentSet } from '../../httpfile/environments/environments.ts';

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
