import type { Client, Context } from 'oidc-provider';
import { pageHeaders } from './page.ts';
import { deviceCodePage, deviceConfirmPage, donePage, type DeviceForm } from './signInPages.ts';

/** RFC 8628 with pages of our own. */
export const deviceFlow = {
  enabled: true,
  userCodeInputSource(context: Context, _form: string, out?: unknown, fault?: Error): void {
    // The provider comes back here after each error, mostly a mistyped code.
    const said = out === undefined ? null : (FAULTS[fault?.name ?? ''] ?? 'This did not work. Try again.');
    show(context, deviceCodePage(formOf(context), said));
  },
  userCodeConfirmSource(
    context: Context,
    _form: string,
    client: Client,
    _device: unknown,
    userCode: string,
  ): void {
    show(context, deviceConfirmPage(formOf(context), client.clientName ?? client.clientId, userCode));
  },
  successSource(context: Context): void {
    show(context, donePage());
  },
};

/** By the names of the provider's errors. */
const FAULTS: Readonly<Record<string, string>> = {
  NoCodeError: 'Enter the code first.',
  NotFoundError: 'There is no such code. Check it again.',
  ExpiredError: 'This code has expired. Start the sign-in again.',
  AlreadyUsedError: 'This code was used before.',
  AbortedError: 'The sign-in was refused.',
};

function formOf({ oidc }: Context): DeviceForm {
  return { action: oidc.urlFor('code_verification'), xsrf: oidc.session?.state?.secret ?? '' };
}

function show(context: Context, html: string): void {
  context.set(pageHeaders);
  context.body = html;
}
