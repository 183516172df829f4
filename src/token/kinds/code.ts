import type { TokenShape } from './shape.ts';

/** Tokens of code hosts and package registries. */
export const CODE_SHAPES: readonly TokenShape[] = [
  github('ghp_', 'github-personal', 'GitHub personal access token (classic)'),
  github('gho_', 'github-oauth', 'GitHub OAuth access token'),
  github('ghu_', 'github-user', 'GitHub App user access token'),
  github('ghs_', 'github-installation', 'GitHub App installation access token'),
  github('ghr_', 'github-refresh', 'GitHub App refresh token'),
  {
    id: 'github-fine-grained',
    label: 'GitHub fine-grained personal access token',
    vendor: 'GitHub',
    prefix: 'github_pat_',
    pattern: /^github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59}$/,
  },
  {
    id: 'gitlab-routable',
    label: 'GitLab access token',
    vendor: 'GitLab',
    prefix: 'gl',
    pattern: /^gl[a-z]{1,8}-[0-9A-Za-z_-]{27,300}\.(?:[0-9a-z]{2}\.)?[0-9a-z]{9}$/,
    checksum: 'base36-of-all',
  },
  gitlab('glpat-', 'gitlab-personal', 'GitLab personal access token'),
  gitlab('glrt-', 'gitlab-runner', 'GitLab runner authentication token'),
  gitlab('gldt-', 'gitlab-deploy', 'GitLab deploy token'),
  gitlab('glptt-', 'gitlab-trigger', 'GitLab pipeline trigger token'),
  gitlab('glcbt-', 'gitlab-job', 'GitLab CI/CD job token'),
  gitlab('gloas-', 'gitlab-oauth-secret', 'GitLab OAuth application secret'),
  gitlab('glft-', 'gitlab-feed', 'GitLab feed token'),
  gitlab('glsoat-', 'gitlab-scim', 'GitLab SCIM token'),
  gitlab('glagent-', 'gitlab-agent', 'GitLab agent token'),
  {
    id: 'npm',
    label: 'npm access token',
    vendor: 'npm',
    prefix: 'npm_',
    pattern: /^npm_[0-9A-Za-z]{36}$/,
    checksum: 'base62-after-prefix',
  },
  {
    id: 'pypi',
    label: 'PyPI API token',
    vendor: 'PyPI',
    prefix: 'pypi-AgEIcHlwaS5vcmc',
    pattern: /^pypi-[0-9A-Za-z_-]{20,}$/,
  },
  {
    id: 'rubygems',
    label: 'RubyGems API key',
    vendor: 'RubyGems',
    prefix: 'rubygems_',
    pattern: /^rubygems_[0-9a-f]{48}$/,
  },
];

/** Longer ones are announced, up to 255 characters. */
function github(prefix: string, id: string, label: string): TokenShape {
  return {
    id,
    label,
    vendor: 'GitHub',
    prefix,
    pattern: /^gh[pousr]_[0-9A-Za-z]{36,251}$/,
    checksum: 'base62-after-prefix',
  };
}

function gitlab(prefix: string, id: string, label: string): TokenShape {
  return { id, label, vendor: 'GitLab', prefix, pattern: /^gl[a-z]{1,8}-[0-9A-Za-z_=-]{16,300}$/ };
}
