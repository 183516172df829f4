import type { TokenShape } from './shape.ts';

/**
 * Tokens of clouds, infrastructure and secret stores. Where a shape was read stands above it; what names no
 * documentation is what secret scanners (gitleaks, TruffleHog) know it by.
 */
export const CLOUD_SHAPES: readonly TokenShape[] = [
  // docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
  aws('AKIA', 'aws-access-key', 'AWS access key id'),
  aws('ASIA', 'aws-session-key', 'AWS temporary access key id'),
  aws('ABIA', 'aws-bearer', 'AWS STS bearer token id'),
  aws('ACCA', 'aws-context', 'AWS context-specific credential id'),
  {
    id: 'aws-bedrock',
    label: 'Amazon Bedrock API key',
    vendor: 'AWS',
    prefix: 'ABSK',
    pattern: /^ABSK[0-9A-Za-z+/]{109,269}={0,2}$/,
  },
  {
    id: 'aws-bedrock-short',
    label: 'Amazon Bedrock API key (short-lived)',
    vendor: 'AWS',
    prefix: 'bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t',
    pattern: /^bedrock-api-key-[0-9A-Za-z+/=_-]{44,}$/,
  },
  {
    id: 'azure-client-secret',
    label: 'Microsoft Entra client secret',
    vendor: 'Microsoft',
    prefix: '',
    pattern: /^[0-9A-Za-z_~.]{3}\dQ~[0-9A-Za-z_~.-]{31,34}$/,
  },
  {
    id: 'google-api-key',
    label: 'Google API key',
    vendor: 'Google',
    prefix: 'AIza',
    pattern: /^AIza[0-9A-Za-z_-]{35}$/,
  },
  {
    // cloud.google.com/docs/authentication/token-types
    id: 'google-oauth',
    label: 'Google OAuth access token',
    vendor: 'Google',
    prefix: 'ya29.',
    pattern: /^ya29\.[0-9A-Za-z._-]{10,}$/,
  },
  // developers.cloudflare.com/fundamentals/api/get-started/token-formats
  cloudflare('cfut_', 'cloudflare-user', 'Cloudflare user API token'),
  cloudflare('cfat_', 'cloudflare-account', 'Cloudflare account API token'),
  cloudflare('cfk_', 'cloudflare-global', 'Cloudflare global API key'),
  // docs.digitalocean.com/reference/api
  digitalOcean('dop_v1_', 'digitalocean-personal', 'DigitalOcean personal access token'),
  digitalOcean('doo_v1_', 'digitalocean-oauth', 'DigitalOcean OAuth token'),
  digitalOcean('dor_v1_', 'digitalocean-refresh', 'DigitalOcean refresh token'),
  {
    id: 'databricks',
    label: 'Databricks personal access token',
    vendor: 'Databricks',
    prefix: 'dapi',
    pattern: /^dapi[0-9a-f]{32}(?:-\d)?$/,
  },
  // developer.hashicorp.com/vault/docs/concepts/tokens, "Token formats"
  vault('hvs.', 'vault-service', 'Vault service token'),
  vault('hvb.', 'vault-batch', 'Vault batch token'),
  vault('hvr.', 'vault-recovery', 'Vault recovery token'),
  {
    id: 'vault-legacy',
    label: 'Vault token (before 1.10)',
    vendor: 'HashiCorp',
    prefix: 's.',
    pattern: /^s\.[0-9A-Za-z]{24}$/,
  },
  {
    id: 'terraform',
    label: 'HCP Terraform API token',
    vendor: 'HashiCorp',
    prefix: '',
    pattern: /^[0-9A-Za-z]{14}\.atlasv1\.[0-9A-Za-z_=-]{60,70}$/,
  },
  // docs.doppler.com/reference/auth-token-formats
  doppler('dp.pt.', 'doppler', 'Doppler personal token'),
  doppler('dp.ct.', 'doppler-cli', 'Doppler CLI token'),
  doppler('dp.st.', 'doppler-service', 'Doppler service token'),
  doppler('dp.sa.', 'doppler-service-account', 'Doppler service account token'),
  doppler('dp.scim.', 'doppler-scim', 'Doppler SCIM token'),
  doppler('dp.audit.', 'doppler-audit', 'Doppler audit token'),
  {
    id: 'pulumi',
    label: 'Pulumi access token',
    vendor: 'Pulumi',
    prefix: 'pul-',
    pattern: /^pul-[0-9a-f]{40}$/,
  },
  fly('fo1_', 'fly-organization'),
  fly('fm1', 'fly-macaroon-1'),
  fly('fm2_', 'fly-macaroon'),
  {
    id: 'heroku',
    label: 'Heroku API key',
    vendor: 'Heroku',
    prefix: 'HRKU-AA',
    pattern: /^HRKU-AA[0-9A-Za-z_-]{20,100}$/,
  },
  {
    id: 'netlify',
    label: 'Netlify personal access token',
    vendor: 'Netlify',
    prefix: 'nfp_',
    pattern: /^nfp_[0-9A-Za-z_]{36}$/,
  },
  {
    id: 'supabase',
    label: 'Supabase access token',
    vendor: 'Supabase',
    prefix: 'sbp_',
    pattern: /^sbp_[0-9a-z]{40}$/,
  },
  planetScale('pscale_tkn_', 'planetscale', 'PlanetScale service token'),
  planetScale('pscale_oauth_', 'planetscale-oauth', 'PlanetScale OAuth token'),
  {
    id: 'tailscale',
    label: 'Tailscale key',
    vendor: 'Tailscale',
    prefix: 'tskey-',
    pattern: /^tskey-[a-z]{2,20}-[0-9A-Za-z_]{4,40}-[0-9A-Za-z_]{4,80}$/,
  },
  {
    id: 'openshift',
    label: 'OpenShift user token',
    vendor: 'Red Hat',
    prefix: 'sha256~',
    pattern: /^sha256~[0-9A-Za-z_-]{43}$/,
  },
  {
    id: 'onepassword-service-account',
    label: '1Password service account token',
    vendor: '1Password',
    prefix: 'ops_eyJ',
    pattern: /^ops_eyJ[0-9A-Za-z+/]{250,}={0,3}$/,
  },
];

function aws(prefix: string, id: string, label: string): TokenShape {
  return { id, label, vendor: 'AWS', prefix, pattern: /^A[A-Z]{3}[A-Z2-7]{16}$/ };
}

/** 40 characters and a checksum, of which eight hexadecimal digits are known. */
function cloudflare(prefix: string, id: string, label: string): TokenShape {
  return { id, label, vendor: 'Cloudflare', prefix, pattern: /^cf(?:ut|at|k)_[0-9A-Za-z_-]{40,60}$/ };
}

function digitalOcean(prefix: string, id: string, label: string): TokenShape {
  return { id, label, vendor: 'DigitalOcean', prefix, pattern: /^do[por]_v1_[0-9a-f]{64}$/ };
}

function vault(prefix: string, id: string, label: string): TokenShape {
  return { id, label, vendor: 'HashiCorp', prefix, pattern: /^hv[sbr]\.[0-9A-Za-z_.-]{20,}$/ };
}

/** A service token names its config: `dp.st.dev.…`. */
function doppler(prefix: string, id: string, label: string): TokenShape {
  return {
    id,
    label,
    vendor: 'Doppler',
    prefix,
    pattern: /^dp\.[a-z]{2,5}\.(?:[0-9a-z_-]{2,35}\.)?[0-9A-Za-z]{20,}$/,
  };
}

function fly(prefix: string, id: string): TokenShape {
  return {
    id,
    label: 'Fly.io access token',
    vendor: 'Fly.io',
    prefix,
    pattern: /^f(?:o1|m1[ar]?|m2)_[0-9A-Za-z+/=_,-]{20,}$/,
  };
}

function planetScale(prefix: string, id: string, label: string): TokenShape {
  return { id, label, vendor: 'PlanetScale', prefix, pattern: /^pscale_[a-z]{3,5}_[\w=.-]{32,64}$/ };
}
