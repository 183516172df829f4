import { escaped, page } from './page.ts';
import { people, type Acr } from './people.ts';

/** What an application may be allowed, in words. */
const SCOPE_WORDS: Readonly<Record<string, string>> = {
  openid: 'know who you are',
  offline_access: 'keep access while you are away',
  'reports:read': 'read reports',
  'reports:write': 'add and remove reports',
  'reports:admin': 'see how the reports are used',
};

/** Choose a person to sign in as; the one that was hinted at comes first. */
export function choosePage(client: string, hint: string | null, wantedAcr: Acr): string {
  const order = [...people].sort((a, b) => Number(b.id === hint) - Number(a.id === hint));
  const buttons = order.map(
    ({ id, name }, index) =>
      `<button name="person" value="${id}"${index === 0 ? ' class="main" autofocus' : ''}>${escaped(name)}</button>`,
  );
  const second =
    wantedAcr === 'two-factors'
      ? '<label><input type="checkbox" name="second" value="yes" checked> Confirm with a second factor</label>'
      : '';
  return page(
    'Who are you?',
    `<p>${escaped(client)} wants to sign you in. These people exist in the sandbox only and have no passwords.</p>
<form method="post">
${second}
${buttons.join('\n')}
<button name="refuse" value="yes">Cancel</button>
</form>`,
  );
}

export interface Consent {
  readonly client: string;
  readonly person: string;
  /** Asked for, and the person can allow it. */
  readonly allowed: readonly string[];
  /** Asked for, but the person may not do it. */
  readonly withheld: readonly string[];
}

/** What the application asks for. */
export function consentPage({ client, person, allowed, withheld }: Consent): string {
  const item = (scope: string) =>
    `<li>${escaped(SCOPE_WORDS[scope] ?? scope)} <code>${escaped(scope)}</code></li>`;
  const nothing = '<li>what you allowed it before</li>';
  const rest =
    withheld.length === 0
      ? ''
      : `<p class="note">You may not allow: ${withheld.map((scope) => `<code>${escaped(scope)}</code>`).join(', ')}.</p>`;
  return page(
    `Allow ${client}?`,
    `<p>You are ${escaped(person)}. ${escaped(client)} wants to:</p>
<ul>${allowed.length === 0 ? nothing : allowed.map(item).join('')}</ul>
${rest}
<form method="post">
<button class="main" name="allow" value="yes" autofocus>Allow</button>
<button name="refuse" value="yes">Refuse</button>
</form>`,
  );
}

export interface DeviceForm {
  readonly action: string;
  /** Of the provider's session: a form of another page has not got it. */
  readonly xsrf: string;
}

/** Where a person enters the code of a device; `fault` says why the last one was not taken. */
export function deviceCodePage({ action, xsrf }: DeviceForm, fault: string | null): string {
  const said = fault === null ? '' : `<p role="alert"><strong>${escaped(fault)}</strong></p>`;
  return page(
    'Enter the code',
    `<p>Enter the code that Keyturn shows you.</p>
${said}
<form method="post" action="${escaped(action)}">
<input type="hidden" name="xsrf" value="${escaped(xsrf)}">
<label for="user_code">Code</label>
<input type="text" id="user_code" name="user_code" autocomplete="off" autocapitalize="characters" spellcheck="false" required autofocus>
<button class="main">Continue</button>
</form>`,
  );
}

/** The code was found: the person compares it before going on. */
export function deviceConfirmPage({ action, xsrf }: DeviceForm, client: string, userCode: string): string {
  return page(
    'Is this your code?',
    `<p>${escaped(client)} shows the code <code>${escaped(userCode)}</code>. Go on only if it does.</p>
<form method="post" action="${escaped(action)}">
<input type="hidden" name="xsrf" value="${escaped(xsrf)}">
<input type="hidden" name="user_code" value="${escaped(userCode)}">
<button class="main" name="confirm" value="yes" autofocus>It does</button>
<button name="abort" value="yes">It does not</button>
</form>`,
  );
}

export function donePage(): string {
  return page('Signed in', '<p>You can close this page. Keyturn goes on by itself.</p>');
}

export function errorPage(name: string, description: string): string {
  return page(
    'This did not work',
    `<p>${escaped(description)}</p><p class="note"><code>${escaped(name)}</code></p>
<p>Close this page and start the sign-in again.</p>`,
  );
}
