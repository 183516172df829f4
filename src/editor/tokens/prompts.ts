import { InputBoxValidationSeverity, l10n, type QuickPickItem, window } from 'vscode';
import { originFault } from '../../profile/originFault.ts';
import type { SendAs } from '../../profile/profile.ts';
import { isValidName } from '../../profile/name.ts';
import { shownAddress } from '../../profile/shownOrigin.ts';
import { withoutScheme } from '../../inspect/pastedText.ts';
import type { OriginProposal } from './originProposals.ts';

/** Every prompt gives null when the person leaves it. They stay open while the person fetches a token elsewhere. */
const stay = { ignoreFocusOut: true } as const;

/** `describe` says what a pasted value looks like, without quoting it. */
export async function askSecret(
  title: string,
  prompt: string,
  describe: (value: string) => { readonly text: string; readonly usable: boolean },
): Promise<string | null> {
  const value = await window.showInputBox({
    ...stay,
    title,
    prompt,
    password: true,
    validateInput(text) {
      if (text.trim() === '') return undefined;
      const { text: message, usable } = describe(withoutScheme(text));
      return {
        message,
        severity: usable ? InputBoxValidationSeverity.Info : InputBoxValidationSeverity.Error,
      };
    },
  });
  const secret = withoutScheme(value ?? '');
  return secret === '' ? null : secret;
}

export async function askName(
  title: string,
  proposed: string,
  taken: ReadonlySet<string>,
): Promise<string | null> {
  const name = await window.showInputBox({
    ...stay,
    title,
    prompt: l10n.t('Name of the token, as in "# @token {0}"', proposed === '' ? 'viewer' : proposed),
    value: proposed,
    validateInput(text) {
      if (!isValidName(text)) {
        return l10n.t('A name has 1 to 100 characters, without white space, quotes or braces.');
      }
      return taken.has(text) ? l10n.t('The name "{0}" is taken. Choose another.', text) : undefined;
    },
  });
  return name ?? null;
}

interface OriginItem extends QuickPickItem {
  /** Null for "another origin". */
  readonly origin: string | null;
}

/** At least one origin; null when the person leaves. */
export async function askOrigins(
  title: string,
  current: readonly string[],
  proposals: readonly OriginProposal[],
): Promise<string[] | null> {
  const known = new Set(current);
  const items: OriginItem[] = [
    ...current.map((origin) => ({ label: shownAddress(origin), origin, picked: true })),
    ...proposals
      .filter(({ origin }) => !known.has(origin))
      .map(({ origin, requests }) => ({
        label: shownAddress(origin),
        description: requests === 1 ? l10n.t('1 request') : l10n.t('{0} requests', requests),
        origin,
      })),
  ];
  if (items.length === 0) return askOtherOrigins(title);
  items.push({ label: l10n.t('$(add) Another origin…'), origin: null });
  const chosen = await pickSome(title, items);
  if (chosen === null) return null;
  const origins = chosen.map(({ origin }) => origin).filter((origin) => origin !== null);
  if (origins.length === chosen.length) return origins;
  const others = await askOtherOrigins(title);
  return others === null ? null : [...new Set([...origins, ...others])];
}

/** Asks again where nothing is ticked: Enter alone would drop what was typed before. */
async function pickSome(title: string, items: readonly OriginItem[]): Promise<readonly OriginItem[] | null> {
  let placeHolder = l10n.t('Which origins may receive the token? Keyturn sends it nowhere else.');
  for (;;) {
    const chosen = await window.showQuickPick(items, { ...stay, title, placeHolder, canPickMany: true });
    if (chosen === undefined) return null;
    if (chosen.length > 0) return chosen;
    placeHolder = l10n.t('Select at least one origin: Keyturn sends the token nowhere else.');
  }
}

async function askOtherOrigins(title: string): Promise<string[] | null> {
  const text = await window.showInputBox({
    ...stay,
    title,
    prompt: l10n.t('Which origins may receive the token? Separate them by spaces.'),
    placeHolder: 'https://api.example.com https://*.example.org',
    validateInput(value) {
      for (const part of splitOrigins(value)) {
        const fault = originFault(part);
        if (fault !== null) return fault.message;
      }
      return splitOrigins(value).length === 0 ? l10n.t('Name at least one origin.') : undefined;
    },
  });
  return text === undefined ? null : [...new Set(splitOrigins(text))];
}

function splitOrigins(text: string): string[] {
  return text.split(/[\s,]/).filter((part) => part !== '');
}

type Way = 'bearer' | 'scheme' | 'header' | 'query' | 'basic';

export async function askSendAs(title: string): Promise<SendAs | null> {
  const items: (QuickPickItem & { readonly way: Way })[] = [
    { way: 'bearer', label: 'Bearer', description: 'Authorization: Bearer …' },
    { way: 'header', label: l10n.t('Header'), description: 'X-API-Key: …' },
    { way: 'basic', label: 'Basic', description: l10n.t('a user name, with the token as password') },
    { way: 'scheme', label: l10n.t('Another scheme'), description: 'Authorization: Token …' },
    {
      way: 'query',
      label: l10n.t('Query parameter'),
      description: '?api_key=…',
      detail: l10n.t('Servers often log URLs. Choose this only if the API accepts nothing else.'),
    },
  ];
  const chosen = await window.showQuickPick(items, {
    ...stay,
    title,
    placeHolder: l10n.t('How is the token sent?'),
  });
  switch (chosen?.way) {
    case undefined:
      return null;
    case 'bearer':
      return { scheme: 'Bearer' };
    case 'basic': {
      const username = await ask(
        title,
        l10n.t('User name; leave it empty if the token is "user:password"'),
        '',
        /^[^:]*$/,
      );
      return username === null ? null : { basic: username === '' ? {} : { username } };
    }
    case 'header': {
      const header = await ask(title, l10n.t('Name of the header'), 'X-API-Key', HTTP_TOKEN);
      return header === null ? null : { header };
    }
    case 'scheme': {
      const scheme = await ask(
        title,
        l10n.t('Scheme: the word before the token in the Authorization header'),
        'Token',
        HTTP_TOKEN,
      );
      return scheme === null ? null : { scheme };
    }
    case 'query': {
      const query = await ask(title, l10n.t('Name of the query parameter'), 'api_key', /^[^\s&=#]+$/);
      return query === null ? null : { query };
    }
  }
}

/** RFC 9110 section 5.6.2. */
const HTTP_TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

async function ask(title: string, prompt: string, value: string, valid: RegExp): Promise<string | null> {
  const text = await window.showInputBox({
    ...stay,
    title,
    prompt,
    value,
    validateInput: (written) =>
      valid.test(written) ? undefined : l10n.t('This value has characters that are not allowed here.'),
  });
  return text ?? null;
}
