import { KeyturnError } from './errors.ts';

/** What an untrusted workspace may not do; `what` stands after "Trust this workspace to". */
export function untrusted(message: string, what: string): KeyturnError {
  return new KeyturnError('untrusted_workspace', message, {
    hint: `Trust this workspace to ${what}. In the command, leave out --untrusted.`,
  });
}
