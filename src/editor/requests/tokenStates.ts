import { signsIn } from '../../profile/grants/all.ts';
import type { TextDocument } from 'vscode';
import { asKeyturnError } from '../../base/errors.ts';
import type { KnownInspection } from '../../oauth/verify/inspections.ts';
import { isEnvironmentOpen } from '../environments/environmentOpen.ts';
import type { EditorServices } from '../services.ts';
import type { ProfileDeclaration } from '../profiles/declared.ts';
import type { TokenLensFacts } from './lensTitles.ts';
import { type NextStep, nextStep, unusableWords } from '../results/nextStep.ts';

export type TokenState =
  | {
      readonly kind: 'known';
      readonly key: string;
      readonly facts: TokenLensFacts;
      /** What was found out about the token by then. */
      readonly verification: KnownInspection | null;
    }
  /** No profile of that name, or one that cannot be used; the sentence says why, the words in short. */
  | {
      readonly kind: 'unusable';
      readonly message: string;
      readonly words: string;
      readonly nextStep: NextStep | null;
      readonly declaration: ProfileDeclaration | null;
    };

type TokenStatesParts = Pick<EditorServices, 'profiles' | 'tokens' | 'inspections' | 'environments'>;

/** What documents name as their tokens, looked up once until something changes. Holds no token value. */
export class TokenStates {
  readonly #services: TokenStatesParts;
  #states = new Map<string, Promise<TokenState>>();

  constructor(services: TokenStatesParts) {
    this.#services = services;
  }

  of(document: TextDocument, name: string): Promise<TokenState> {
    const key = `${document.uri.toString()} ${name}`;
    let state = this.#states.get(key);
    if (state === undefined) {
      state = this.#look(document, name);
      this.#states.set(key, state);
    }
    return state;
  }

  forget(): void {
    this.#states = new Map();
  }

  async #look(document: TextDocument, name: string): Promise<TokenState> {
    try {
      const profile = await this.#services.profiles.find(document.uri, name);
      const { key, token, status, canRefresh, needsSignIn } = await this.#services.tokens.peek(profile);
      return {
        kind: 'known',
        key,
        verification: this.#services.inspections.last({ key, token }),
        facts: {
          name,
          status,
          expiresAtMs: token?.expiresAtMs ?? null,
          canRefresh,
          needsSignIn,
          signsIn: signsIn(profile.grant),
        },
      };
    } catch (error) {
      const { code, message } = asKeyturnError(error);
      const declaration = await this.#services.profiles.declaration(document.uri, name);
      const situation = {
        environmentOpen: await isEnvironmentOpen(this.#services.environments, document.uri),
        profileHasErrors: declaration?.hasErrors === true,
      };
      return {
        kind: 'unusable',
        message,
        words: unusableWords(code, situation),
        nextStep: nextStep(code, situation),
        declaration,
      };
    }
  }
}
