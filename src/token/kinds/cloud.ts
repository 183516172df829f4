import type { TokenShape } from './shape.ts';

/** Tokens of clouds, infrastructure and secret stores. */
export const CLOUD_SHAPES: readonly TokenShape[] = [
  aws('AKIA', 'aws-access-key', 'AWS access key id'),
  aws('ASIA', 'aws-session-key', 'AWS temporary access key id'),
  aws('ABIA', 'aws-bearer', 'AWS STS bearer token id'),
  aws('ACCA', 'aws-context', 'AWS context-specific credential id'),
  {
    id: 'google-api-key',
    label: 'Google API key',
    vendor: 'Google',
    prefix: 'AIza',
    pattern: /^AIza[0-9A-Za-z_-]{35}$/,
  },
  {
    id: 'google-oauth',
    label: 'Google OAuth access token',
    vendor: 'Google',
    prefix: 'ya29.',
    pattern: /^ya29\.[0-9A-Za-z._-]{10,}$/,
  },
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
  {
    id: 'vault-service',
    label: 'Vault service token',
    vendor: 'HashiCorp',
    prefix: 'hvs.',
    pattern: /^hvs\.[0-9A-Za-z_-]{20,}$/,
  },
  {
    id: 'vault-batch',
    label: 'Vault batch token',
    vendor: 'HashiCorp',
    prefix: 'hvb.',
    pattern: /^hvb\.[0-9A-Za-z_-]{20,}$/,
  },
  {
    id: 'doppler',
    label: 'Doppler personal token',
    vendor: 'Doppler',
    prefix: 'dp.pt.',
    pattern: /^dp\.pt\.[0-9A-Za-z]{20,}$/,
  },
  {
    id: 'pulumi',
    label: 'Pulumi access token',
    vendor: 'Pulumi',
    prefix: 'pul-',
    pattern: /^pul-[0-9a-f]{40}$/,
  },
  fly('fo1_', 'fly-organization'),
  fly('fm1_', 'fly-macaroon-1'),
  fly('fm2_', 'fly-macaroon'),
  {
    id: 'heroku',
    label: 'Heroku API key',
    vendor: 'Heroku',
    prefix: 'HRKU-AA',
    pattern: /^HRKU-AA[0-9A-Za-z_-]{20,100}$/,
  },
];

function aws(prefix: string, id: string, label: string): TokenShape {
  return { id, label, vendor: 'AWS', prefix, pattern: /^A[A-Z]{3}[A-Z2-7]{16}$/ };
}

function digitalOcean(prefix: string, id: string, label: string): TokenShape {
  return { id, label, vendor: 'DigitalOcean', prefix, pattern: /^do[por]_v1_[0-9a-f]{64}$/ };
}

function fly(prefix: string, id: string): TokenShape {
  return {
    id,
    label: 'Fly.io access token',
    vendor: 'Fly.io',
    prefix,
    pattern: /^f[mo]\d_[0-9A-Za-z+/=_,-]{20,}$/,
  };
}
