import type { TokenShape } from './shape.ts';

/** Tokens of services: messages, payments, models, work, observation. */
export const SERVICE_SHAPES: readonly TokenShape[] = [
  {
    id: 'slack-rotating',
    label: 'Slack rotating token',
    vendor: 'Slack',
    prefix: 'xoxe.xox',
    pattern: /^xoxe\.xox[bp]-\d-[0-9A-Za-z-]{10,}$/,
  },
  slack('xoxb-', 'slack-bot', 'Slack bot token', /^xoxb-\d{6,}-[0-9A-Za-z-]{6,}$/),
  slack('xoxp-', 'slack-user', 'Slack user token', /^xoxp-[0-9A-Za-z-]{10,}$/),
  slack('xoxe-', 'slack-refresh', 'Slack refresh token', /^xoxe-[0-9A-Za-z-]{10,}$/),
  slack('xapp-', 'slack-app', 'Slack app-level token', /^xapp-\d-[0-9A-Za-z-]{10,}$/),
  stripe('sk_test_', 'stripe-secret-test', 'Stripe secret key (test)'),
  stripe('sk_live_', 'stripe-secret-live', 'Stripe secret key (live)'),
  stripe('sk_prod_', 'stripe-secret-prod', 'Stripe secret key (production)'),
  stripe('rk_test_', 'stripe-restricted-test', 'Stripe restricted key (test)'),
  stripe('rk_live_', 'stripe-restricted-live', 'Stripe restricted key (live)'),
  stripe('rk_prod_', 'stripe-restricted-prod', 'Stripe restricted key (production)'),
  anthropic('sk-ant-api03-', 'anthropic-api', 'Anthropic API key'),
  anthropic('sk-ant-admin01-', 'anthropic-admin', 'Anthropic admin key'),
  openAi('sk-proj-', 'openai-project', 'OpenAI project key'),
  openAi('sk-svcacct-', 'openai-service', 'OpenAI service account key'),
  openAi('sk-admin-', 'openai-admin', 'OpenAI admin key'),
  {
    id: 'openai-legacy',
    label: 'OpenAI API key (legacy)',
    vendor: 'OpenAI',
    prefix: 'sk-',
    pattern: /^sk-[0-9A-Za-z]{20}T3BlbkFJ[0-9A-Za-z]{20}$/,
  },
  {
    id: 'huggingface-user',
    label: 'Hugging Face user token',
    vendor: 'Hugging Face',
    prefix: 'hf_',
    pattern: /^hf_[0-9A-Za-z]{34}$/,
  },
  {
    id: 'huggingface-organization',
    label: 'Hugging Face organization token',
    vendor: 'Hugging Face',
    prefix: 'api_org_',
    pattern: /^api_org_[0-9A-Za-z]{34}$/,
  },
  {
    id: 'perplexity',
    label: 'Perplexity API key',
    vendor: 'Perplexity',
    prefix: 'pplx-',
    pattern: /^pplx-[0-9A-Za-z]{48}$/,
  },
  {
    id: 'sendgrid',
    label: 'SendGrid API key',
    vendor: 'SendGrid',
    prefix: 'SG.',
    pattern: /^SG\.[0-9A-Za-z_.-]{66}$/,
  },
  shopify('shpat_', 'shopify-admin', 'Shopify admin API access token'),
  shopify('shpca_', 'shopify-custom', 'Shopify custom app access token'),
  shopify('shppa_', 'shopify-private', 'Shopify private app password'),
  shopify('shpss_', 'shopify-secret', 'Shopify shared secret'),
  {
    id: 'linear',
    label: 'Linear API key',
    vendor: 'Linear',
    prefix: 'lin_api_',
    pattern: /^lin_api_[0-9A-Za-z]{40}$/,
  },
  {
    id: 'notion',
    label: 'Notion integration token',
    vendor: 'Notion',
    prefix: 'ntn_',
    pattern: /^ntn_[0-9A-Za-z]{46}$/,
  },
  {
    id: 'postman',
    label: 'Postman API key',
    vendor: 'Postman',
    prefix: 'PMAK-',
    pattern: /^PMAK-[0-9a-f]{24}-[0-9a-f]{34}$/,
  },
  {
    id: 'sentry-user',
    label: 'Sentry user auth token',
    vendor: 'Sentry',
    prefix: 'sntryu_',
    pattern: /^sntryu_[0-9a-f]{64}$/,
  },
  {
    id: 'sentry-organization',
    label: 'Sentry organization auth token',
    vendor: 'Sentry',
    prefix: 'sntrys_eyJ',
    pattern: /^sntrys_eyJ[0-9A-Za-z+/=_-]{20,}$/,
  },
  {
    id: 'square-access',
    label: 'Square access token',
    vendor: 'Square',
    prefix: 'EAAA',
    pattern: /^EAAA[0-9A-Za-z_-]{60}$/,
  },
  {
    id: 'square-legacy',
    label: 'Square access token (legacy)',
    vendor: 'Square',
    prefix: 'sq0atp-',
    pattern: /^sq0atp-[0-9A-Za-z_-]{22}$/,
  },
  meta('EAAM', 'meta-app'),
  meta('EAAC', 'meta-user'),
];

function slack(prefix: string, id: string, label: string, pattern: RegExp): TokenShape {
  return { id, label, vendor: 'Slack', prefix, pattern };
}

function stripe(prefix: string, id: string, label: string): TokenShape {
  return { id, label, vendor: 'Stripe', prefix, pattern: /^[sr]k_(?:test|live|prod)_[0-9A-Za-z]{10,99}$/ };
}

function anthropic(prefix: string, id: string, label: string): TokenShape {
  return {
    id,
    label,
    vendor: 'Anthropic',
    prefix,
    pattern: /^sk-ant-(?:api03|admin01)-[0-9A-Za-z_-]{93}AA$/,
  };
}

function openAi(prefix: string, id: string, label: string): TokenShape {
  return {
    id,
    label,
    vendor: 'OpenAI',
    prefix,
    pattern:
      /^sk-(?:proj|svcacct|admin)-(?:[0-9A-Za-z_-]{74}|[0-9A-Za-z_-]{58})T3BlbkFJ(?:[0-9A-Za-z_-]{74}|[0-9A-Za-z_-]{58})$/,
  };
}

function shopify(prefix: string, id: string, label: string): TokenShape {
  return { id, label, vendor: 'Shopify', prefix, pattern: /^shp[a-z]{2}_[0-9A-Fa-f]{32}$/ };
}

function meta(prefix: string, id: string): TokenShape {
  return { id, label: 'Meta access token', vendor: 'Meta', prefix, pattern: /^EAA[MC][0-9A-Za-z]{20,}$/ };
}
