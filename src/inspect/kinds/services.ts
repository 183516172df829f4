import type { TokenShape } from './shape.ts';

/**
 * Tokens of services: messages, payments, work, observation. Where a shape was read stands above it; what
 * names no documentation is what secret scanners (gitleaks, TruffleHog) know it by.
 */
export const SERVICE_SHAPES: readonly TokenShape[] = [
  // docs.slack.dev/authentication/tokens
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
  slack('xoxa-', 'slack-workspace', 'Slack workspace token (legacy)', /^xoxa-[0-9A-Za-z-]{10,}$/),
  slack('xoxr-', 'slack-workspace-refresh', 'Slack refresh token (legacy)', /^xoxr-[0-9A-Za-z-]{10,}$/),
  {
    // docs.discord.com/developers/reference, "Authentication": the first part is the bot's id, in base64.
    id: 'discord-bot',
    label: 'Discord bot token',
    vendor: 'Discord',
    prefix: '',
    pattern: /^[MNO][0-9A-Za-z_-]{23,27}\.[0-9A-Za-z_-]{6}\.[0-9A-Za-z_-]{27,38}$/,
  },
  {
    // core.telegram.org/bots/features, "BotFather"
    id: 'telegram-bot',
    label: 'Telegram bot token',
    vendor: 'Telegram',
    prefix: '',
    pattern: /^\d{8,10}:[0-9A-Za-z_-]{35}$/,
  },
  // docs.stripe.com/keys
  stripe('sk_test_', 'stripe-secret-test', 'Stripe secret key (test)'),
  stripe('sk_live_', 'stripe-secret-live', 'Stripe secret key (live)'),
  stripe('sk_prod_', 'stripe-secret-prod', 'Stripe secret key (production)'),
  stripe('rk_test_', 'stripe-restricted-test', 'Stripe restricted key (test)'),
  stripe('rk_live_', 'stripe-restricted-live', 'Stripe restricted key (live)'),
  stripe('rk_prod_', 'stripe-restricted-prod', 'Stripe restricted key (production)'),
  {
    id: 'sendgrid',
    label: 'SendGrid API key',
    vendor: 'SendGrid',
    prefix: 'SG.',
    pattern: /^SG\.[0-9A-Za-z_-]{20,24}\.[0-9A-Za-z_-]{39,50}$/,
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
    // developers.notion.com: before September 2024.
    id: 'notion-legacy',
    label: 'Notion integration token (legacy)',
    vendor: 'Notion',
    prefix: 'secret_',
    pattern: /^secret_[0-9A-Za-z]{43}$/,
  },
  // developers.figma.com/docs/rest-api/personal-access-tokens
  figma('figd_', 'figma', 'Figma personal access token'),
  figma('figp_', 'figma-plan', 'Figma access token'),
  {
    id: 'airtable',
    label: 'Airtable personal access token',
    vendor: 'Airtable',
    prefix: 'pat',
    pattern: /^pat[0-9A-Za-z]{14}\.[0-9a-f]{64}$/,
  },
  {
    id: 'asana',
    label: 'Asana personal access token',
    vendor: 'Asana',
    prefix: '',
    pattern: /^\d\/\d{16,20}(?:\/\d{16,20})?:[0-9A-Za-z]{32}$/,
  },
  atlassian('ATATT3', 'atlassian-api', 'Atlassian API token'),
  atlassian('ATCTT3', 'atlassian-access', 'Atlassian access token'),
  {
    id: 'hubspot',
    label: 'HubSpot private app access token',
    vendor: 'HubSpot',
    prefix: 'pat-',
    pattern: /^pat-[a-z]{2}\d-[0-9A-Za-z]{8}-(?:[0-9A-Za-z]{4}-){3}[0-9A-Za-z]{12}$/,
  },
  {
    id: 'dropbox',
    label: 'Dropbox access token (short-lived)',
    vendor: 'Dropbox',
    prefix: 'sl.',
    pattern: /^sl\.(?:u\.)?[0-9A-Za-z_-]{130,}$/,
  },
  launchDarkly('api-', 'launchdarkly', 'LaunchDarkly access token'),
  launchDarkly('sdk-', 'launchdarkly-sdk', 'LaunchDarkly SDK key'),
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
    // grafana.com/docs/grafana/latest/administration/service-accounts
    id: 'grafana-service-account',
    label: 'Grafana service account token',
    vendor: 'Grafana',
    prefix: 'glsa_',
    pattern: /^glsa_[0-9A-Za-z]{32}_[0-9A-Fa-f]{8}$/,
  },
  {
    id: 'grafana-cloud',
    label: 'Grafana Cloud access policy token',
    vendor: 'Grafana',
    prefix: 'glc_',
    pattern: /^glc_[0-9A-Za-z+/]{32,400}={0,3}$/,
  },
  {
    id: 'dynatrace',
    label: 'Dynatrace access token',
    vendor: 'Dynatrace',
    prefix: 'dt0c01.',
    pattern: /^dt0c01\.[0-9A-Za-z]{24}\.[0-9A-Za-z]{64}$/,
  },
  {
    id: 'newrelic',
    label: 'New Relic user key',
    vendor: 'New Relic',
    prefix: 'NRAK-',
    pattern: /^NRAK-[0-9A-Z]{27}$/,
  },
  {
    id: 'brevo',
    label: 'Brevo API key',
    vendor: 'Brevo',
    prefix: 'xkeysib-',
    pattern: /^xkeysib-[0-9a-f]{64}-[0-9A-Za-z]{16}$/,
  },
  {
    id: 'twilio',
    label: 'Twilio API key SID',
    vendor: 'Twilio',
    prefix: 'SK',
    pattern: /^SK[0-9a-f]{32}$/,
  },
  {
    id: 'typeform',
    label: 'Typeform personal access token',
    vendor: 'Typeform',
    prefix: 'tfp_',
    pattern: /^tfp_[0-9A-Za-z_.=-]{59}$/,
  },
  {
    id: 'square-access',
    label: 'Square access token',
    vendor: 'Square',
    prefix: 'EAAA',
    pattern: /^EAAA[0-9A-Za-z_+=-]{60}$/,
  },
  {
    id: 'square-legacy',
    label: 'Square access token (legacy)',
    vendor: 'Square',
    prefix: 'sq0atp-',
    pattern: /^sq0atp-[0-9A-Za-z_-]{22}$/,
  },
  {
    // Meta documents no shape for these; this is how they look, whether a person's or a page's.
    id: 'meta',
    label: 'Meta access token',
    vendor: 'Meta',
    prefix: 'EAA',
    pattern: /^EAA[0-9A-Za-z]{90,}$/,
  },
  {
    // developers.facebook.com/docs/facebook-login/guides/access-tokens: the app's id, a bar, then its secret.
    id: 'meta-app',
    label: 'Meta app access token',
    vendor: 'Meta',
    prefix: '',
    pattern: /^\d{15,17}\|[0-9A-Za-z_-]{27,40}$/,
  },
];

function slack(prefix: string, id: string, label: string, pattern: RegExp): TokenShape {
  return { id, label, vendor: 'Slack', prefix, pattern };
}

function stripe(prefix: string, id: string, label: string): TokenShape {
  return { id, label, vendor: 'Stripe', prefix, pattern: /^[sr]k_(?:test|live|prod)_[0-9A-Za-z]{10,247}$/ };
}

function shopify(prefix: string, id: string, label: string): TokenShape {
  return { id, label, vendor: 'Shopify', prefix, pattern: /^shp[a-z]{2}_[0-9A-Fa-f]{32}$/ };
}

function figma(prefix: string, id: string, label: string): TokenShape {
  return { id, label, vendor: 'Figma', prefix, pattern: /^fig[dp]_[0-9A-Za-z_=-]{40,54}$/ };
}

function atlassian(prefix: string, id: string, label: string): TokenShape {
  return { id, label, vendor: 'Atlassian', prefix, pattern: /^AT[AC]TT3[0-9A-Za-z+/=_-]{50,400}$/ };
}

function launchDarkly(prefix: string, id: string, label: string): TokenShape {
  return {
    id,
    label,
    vendor: 'LaunchDarkly',
    prefix,
    pattern: /^(?:api|sdk)-[0-9a-z]{8}-[0-9a-z]{4}-4[0-9a-z]{3}-[0-9a-z]{4}-[0-9a-z]{12}$/,
  };
}
