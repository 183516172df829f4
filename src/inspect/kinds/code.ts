import type { TokenShape } from './shape.ts';

/**
 * Tokens of code hosts, package registries and build servers. Where a shape was read stands above it; what names no
 * documentation is what secret scanners (gitleaks, TruffleHog) know it by.
 */
export const CODE_SHAPES: readonly TokenShape[] = [
  // docs.github.com/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
  github('ghp_', 'github-personal', 'GitHub personal access token (classic)'),
  github('gho_', 'github-oauth', 'GitHub OAuth access token'),
  github('ghu_', 'github-user', 'GitHub App user access token'),
  github('ghs_', 'github-installation', 'GitHub App installation access token'),
  github('ghr_', 'github-refresh', 'GitHub App refresh token'),
  {
    // Since 2026: the id of the app, then a JWT that is GitHub's own affair. It has no checksum.
    id: 'github-installation-stateless',
    label: 'GitHub App installation access token (stateless)',
    vendor: 'GitHub',
    prefix: 'ghs_',
    pattern: /^ghs_[0-9A-Za-z]{1,40}_ey[0-9A-Za-z_-]{20,4000}\.[0-9A-Za-z_-]{2,4000}\.[0-9A-Za-z_-]{2,4000}$/,
  },
  {
    id: 'github-fine-grained',
    label: 'GitHub fine-grained personal access token',
    vendor: 'GitHub',
    prefix: 'github_pat_',
    pattern: /^github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59}$/,
  },
  // docs.gitlab.com/security/tokens, "Token prefixes"
  routable('glpat-', 'gitlab-personal-routable', 'GitLab personal, project or group access token'),
  routable('gl', 'gitlab-routable', 'GitLab token'),
  gitlab('glpat-', 'gitlab-personal', 'GitLab personal access token'),
  gitlab('glrt-', 'gitlab-runner', 'GitLab runner authentication token'),
  gitlab('glrtr-', 'gitlab-runner-registered', 'GitLab runner authentication token (registered)'),
  gitlab('gldt-', 'gitlab-deploy', 'GitLab deploy token'),
  gitlab('glptt-', 'gitlab-trigger', 'GitLab pipeline trigger token'),
  gitlab('glcbt-', 'gitlab-job', 'GitLab CI/CD job token'),
  gitlab('gloas-', 'gitlab-oauth-secret', 'GitLab OAuth application secret'),
  gitlab('glft-', 'gitlab-feed', 'GitLab feed token'),
  gitlab('glimt-', 'gitlab-mail', 'GitLab incoming mail token'),
  gitlab('glsoat-', 'gitlab-scim', 'GitLab SCIM token'),
  gitlab('glagent-', 'gitlab-agent', 'GitLab agent token'),
  gitlab('glwt-', 'gitlab-workspace', 'GitLab workspace token'),
  gitlab('glffct-', 'gitlab-feature-flags', 'GitLab feature flags client token'),
  {
    // github.blog, "Announcing npm's new access token format": as GitHub's.
    id: 'npm',
    label: 'npm access token',
    vendor: 'npm',
    prefix: 'npm_',
    pattern: /^npm_[0-9A-Za-z]{36}$/,
    checksum: 'base62-after-prefix',
  },
  // A macaroon, whose first part names the place: pypi.org or test.pypi.org.
  pypi('pypi-AgEIcHlwaS5vcmc', 'pypi', 'PyPI API token'),
  pypi('pypi-AgENdGVzdC5weXBpLm9yZw', 'pypi-test', 'TestPyPI API token'),
  {
    id: 'rubygems',
    label: 'RubyGems API key',
    vendor: 'RubyGems',
    prefix: 'rubygems_',
    pattern: /^rubygems_[0-9a-f]{48}$/,
  },
  docker('dckr_pat_', 'docker-personal', 'Docker personal access token'),
  docker('dckr_oat_', 'docker-organization', 'Docker organization access token'),
  {
    id: 'sourcegraph',
    label: 'Sourcegraph access token',
    vendor: 'Sourcegraph',
    prefix: 'sgp_',
    pattern: /^sgp_(?:[0-9A-Fa-f]{16}_|local_)?[0-9A-Fa-f]{40}$/,
  },
  {
    id: 'circleci',
    label: 'CircleCI personal API token',
    vendor: 'CircleCI',
    prefix: 'CCIPAT_',
    pattern: /^CCIPAT_[0-9A-Za-z]{22}_[0-9A-Fa-f]{40}$/,
  },
  {
    id: 'buildkite',
    label: 'Buildkite user access token',
    vendor: 'Buildkite',
    prefix: 'bkua_',
    pattern: /^bkua_[0-9a-z]{40}$/,
  },
  sonar('squ_', 'sonarqube-user', 'SonarQube user token'),
  sonar('sqp_', 'sonarqube-project', 'SonarQube project analysis token'),
  sonar('sqa_', 'sonarqube-global', 'SonarQube global analysis token'),
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

function routable(prefix: string, id: string, label: string): TokenShape {
  return {
    id,
    label,
    vendor: 'GitLab',
    prefix,
    pattern: /^gl[a-z]{1,8}-[0-9A-Za-z_-]{27,300}\.(?:[0-9a-z]{2}\.)?[0-9a-z]{9}$/,
    checksum: 'base36-of-all',
  };
}

/** Dots are those of job tokens that are JWT. */
function gitlab(prefix: string, id: string, label: string): TokenShape {
  return { id, label, vendor: 'GitLab', prefix, pattern: /^gl[a-z]{1,8}-[0-9A-Za-z_=.-]{16,4000}$/ };
}

function pypi(prefix: string, id: string, label: string): TokenShape {
  return { id, label, vendor: 'PyPI', prefix, pattern: /^pypi-[0-9A-Za-z_-]{20,}$/ };
}

function docker(prefix: string, id: string, label: string): TokenShape {
  return { id, label, vendor: 'Docker', prefix, pattern: /^dckr_[op]at_[0-9A-Za-z_-]{27,32}$/ };
}

function sonar(prefix: string, id: string, label: string): TokenShape {
  return { id, label, vendor: 'SonarSource', prefix, pattern: /^sq[uap]_[0-9a-f]{40}$/ };
}
