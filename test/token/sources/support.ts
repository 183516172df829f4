import {
  noOptions,
  type LocalGrant,
  type ProfileOptions,
  type TokenProfile,
} from '../../../src/profile/profile.ts';
import type { ConsentAsker, GrantConsent } from '../../../src/consent/sources.ts';
import type { ConsentQuestion } from '../../../src/consent/question.ts';
import { profileOf } from '../support.ts';

export function localProfile(
  grant: LocalGrant,
  options: Partial<ProfileOptions>,
  changes: Partial<TokenProfile> = {},
): TokenProfile {
  return profileOf({
    name: 'local',
    grant,
    issuer: null,
    clientId: null,
    scope: null,
    origins: ['https://api.example.com'],
    options: { ...noOptions, ...options },
    declaredIn: '/users/me/keyturn.json',
    ...changes,
  });
}

/** The person allowed everything. */
export const everythingAllowed: GrantConsent = {
  require: () => Promise.resolve(),
  receivers: () => Promise.resolve(null),
  noteReceivers: () => Promise.resolve(),
};

/** Gives these answers in turn, and keeps the questions. */
export function askerOf(...answers: ('once' | 'remember' | 'refuse')[]) {
  const questions: ConsentQuestion[] = [];
  const asker: ConsentAsker = {
    ask(question) {
      questions.push(question);
      return Promise.resolve(answers.shift() ?? 'refuse');
    },
  };
  return { asker, questions };
}
