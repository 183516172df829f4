import type { Uri } from 'vscode';
import { CookieJar, type KeptCookie } from '../../http/cookies/cookieJar.ts';
import { choiceFolder } from '../platform/choiceFolder.ts';

/** The cookies of one folder with one environment. */
export interface FolderCookies {
  readonly folder: Uri;
  /** Null where none is chosen. */
  readonly environment: string | null;
  readonly cookies: readonly KeptCookie[];
}

interface Kept {
  readonly folder: Uri;
  readonly environment: string | null;
  readonly jar: CookieJar;
}

/** One jar for each folder and environment, in memory until the window closes. */
export class WindowCookies {
  readonly #kept = new Map<string, Kept>();

  of(document: Uri, environment: string | null): CookieJar {
    const folder = choiceFolder(document);
    const key = JSON.stringify([folder.toString(), environment]);
    let kept = this.#kept.get(key);
    if (kept === undefined) this.#kept.set(key, (kept = { folder, environment, jar: new CookieJar() }));
    return kept.jar;
  }

  /** Those that hold cookies. */
  async all(): Promise<FolderCookies[]> {
    const all = await Promise.all(
      [...this.#kept.values()].map(async ({ folder, environment, jar }) => {
        return { folder, environment, cookies: await jar.all() };
      }),
    );
    return all.filter(({ cookies }) => cookies.length > 0);
  }

  clear(): void {
    for (const { jar } of this.#kept.values()) jar.clear();
  }
}
