import { l10n } from 'vscode';
import { visible } from '../../base/visible.ts';
import type { KeptCookie } from '../../http/cookies/cookieJar.ts';

export interface ShownCookies {
  /** Name of the folder. */
  readonly folder: string;
  readonly environment: string | null;
  readonly cookies: readonly KeptCookie[];
}

const LONGEST_CELL = 60;

/** The cookies of the window as a text to read: their values are not in it. */
export function cookiesText(groups: readonly ShownCookies[]): string {
  const intro = l10n.t('Cookies of this window, in memory until it closes. Keyturn masks their values.');
  if (groups.length === 0) return `${intro}\n\n${l10n.t('There are none.')}\n`;
  const parts = groups.map(({ folder, environment, cookies }) => {
    const title =
      environment === null
        ? visible(folder)
        : l10n.t('{0}, environment {1}', visible(folder), visible(environment));
    return `${title}\n${table([headings(), ...cookies.map(row)])}`;
  });
  return `${[intro, ...parts].join('\n\n')}\n`;
}

function headings(): string[] {
  return [
    l10n.t('Host'),
    l10n.t('Path'),
    l10n.t('Name'),
    l10n.t('Value'),
    l10n.t('Expires'),
    l10n.t('Flags'),
  ];
}

function row({ host, hostOnly, path, name, expiresAtMs, flags }: KeptCookie): string[] {
  const expires = expiresAtMs === null ? l10n.t('with the window') : new Date(expiresAtMs).toISOString();
  // As browsers show a cookie that hosts below get too.
  const shown = [hostOnly ? host : `.${host}`, path, name, '•••', expires, flags.join(' ')];
  return shown.map((text) => {
    const cell = visible(text);
    return cell.length > LONGEST_CELL ? `${cell.slice(0, LONGEST_CELL - 1)}…` : cell;
  });
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  return rows
    .map((cells) => `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}
