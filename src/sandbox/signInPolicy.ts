import { type Context, interactionPolicy, type InteractionPolicy } from 'oidc-provider';

const { Check } = interactionPolicy;

/**
 * When a person has to act: besides what the provider itself knows, when the sign-in is less sure than the `acr_values`
 * of the request (RFC 9470 section 5). Asked once: who does not confirm gets what there is.
 */
export function signInPolicy(): InteractionPolicy {
  const policy = interactionPolicy.base();
  policy
    .get('login')
    ?.checks.push(
      new Check('acr_values', 'the sign-in is weaker than the client requires', 'login_required', isLessSure),
    );
  return policy;
}

function isLessSure({ oidc }: Context): boolean {
  const asked = oidc.params?.['acr_values'];
  if (typeof asked !== 'string' || oidc.result?.login !== undefined) return Check.NO_NEED_TO_PROMPT;
  return asked.split(' ').includes(oidc.acr ?? '') ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT;
}
