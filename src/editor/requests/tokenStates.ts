import type { TextDocument } from 'vscode';
import { asKeyturnError } from '../../errors.ts';
import { signsIn } from '../../token/renewal.ts';
import { isEnvironmentOpen } from '../environments/environmentOpen.ts';
import type { EditorServices } from '../services.ts';
import type { TokenLensFacts } from './lensTitles.ts';
import { type NextStep, nextStep, unusableWords } from './nextStep.ts';

export type TokenState =
  | { readonly kind: 'known'; readonly key: string; readonly facts: TokenLensFacts }
  /** No profile of that name, or one that cannot be used; the sentence says why, the words in short. */
  | {
      readonly kind: 'unusable';
      readonly message: string;
      readonly words: string;
      readonly nextStep: NextStep | null;
    };

/** What documents name as their tokens, looked up once until something changes. Holds no token value. */
export class TokenStates {
  readonly #services: Pick<EditorServices, 'profiles' | 'tokens' | 'environments'>;
  #states = new Map<string, Promise<TokenState>>();

  constructor(services: Pick<EditorServices, 'profiles' | 'tokens' | 'environments'>) {
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
      const environmentOpen = await isEnvironmentOpen(this.#services.environments, document.uri);
      return {
        kind: 'unusable',
        message,
        words: unusableWords(code, environmentOpen),
        nextStep: nextStep(code, environmentOpen),
      };
    }
  }
}
