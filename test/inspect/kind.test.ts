import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { CLOUD_SHAPES } from '../../src/inspect/kinds/cloud.ts';
import { CODE_SHAPES } from '../../src/inspect/kinds/code.ts';
import { MODEL_SHAPES } from '../../src/inspect/kinds/models.ts';
import { SERVICE_SHAPES } from '../../src/inspect/kinds/services.ts';
import { classifyToken } from '../../src/inspect/kind.ts';
import { cpuMs } from '../support/cpuTime.ts';

/** Made up letter by letter, so that no scanner of this repository takes them for real secrets. */
const letters = (count: number, alphabet = 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ') =>
  Array.from({ length: count }, (_, at) => alphabet.charAt(at % alphabet.length)).join('');
const hex = (count: number) => letters(count, '0123456789abcdef');
const gitlabRoutable = (middle: string) => {
  const signed = `glpat-${letters(40)}.${middle}14`;
  return signed + crc32(signed).toString(36).padStart(7, '0');
};

describe('classifyToken', () => {
  test.each([
    ['gho_', 'github-oauth', letters(36)],
    ['ghs_', 'github-installation', letters(36)],
    ['ghs_', 'github-installation-stateless', `123456_eyJ${letters(80)}.eyJ${letters(200)}.${letters(200)}`],
    ['github_pat_', 'github-fine-grained', `${letters(22)}_${letters(59)}`],
    ['glpat-', 'gitlab-personal', letters(20)],
    ['glptt-', 'gitlab-trigger', hex(40)],
    ['glrt-', 'gitlab-runner', letters(20)],
    ['glrtr-', 'gitlab-runner-registered', letters(20)],
    ['glrt-', 'gitlab-routable', `t1_${letters(40)}.0114abcde`],
    ['glcbt-', 'gitlab-job', `64_${letters(20)}`],
    ['glcbt-', 'gitlab-job', `eyJ${letters(40)}.eyJ${letters(80)}.${letters(60)}`],
    ['glimt-', 'gitlab-mail', letters(25)],
    ['glwt-', 'gitlab-workspace', letters(20)],
    ['glffct-', 'gitlab-feature-flags', letters(20)],
    ['npm_', 'npm', letters(36)],
    ['pypi-', 'pypi', `AgEIcHlwaS5vcmc${letters(60)}`],
    ['pypi-', 'pypi-test', `AgENdGVzdC5weXBpLm9yZw${letters(60)}`],
    ['rubygems_', 'rubygems', hex(48)],
    ['dckr_pat_', 'docker-personal', letters(27)],
    ['dckr_oat_', 'docker-organization', letters(32)],
    ['sgp_', 'sourcegraph', `${hex(16)}_${hex(40)}`],
    ['CCIPAT_', 'circleci', `${letters(22)}_${hex(40)}`],
    ['bkua_', 'buildkite', hex(40)],
    ['squ_', 'sonarqube-user', hex(40)],
    ['xoxb-', 'slack-bot', `123456789012-123456789012-${letters(24)}`],
    ['xoxp-', 'slack-user', `123456789012-${letters(24)}`],
    ['xoxe.xoxp-', 'slack-rotating', `1-${letters(40)}`],
    ['xapp-', 'slack-app', `1-A012-345-${hex(64)}`],
    ['xoxa-', 'slack-workspace', `2-${letters(24)}`],
    ['M', 'discord-bot', `${letters(25)}.${letters(6)}.${letters(38)}`],
    ['', 'telegram-bot', `123456789:${letters(35)}`],
    ['sk_live_', 'stripe-secret-live', letters(24)],
    ['sk_live_', 'stripe-secret-live', letters(200)],
    ['rk_test_', 'stripe-restricted-test', letters(24)],
    ['sk-proj-', 'openai-project', `${letters(74)}T3BlbkFJ${letters(74)}`],
    ['sk-svcacct-', 'openai-service', `${letters(58)}T3BlbkFJ${letters(58)}`],
    ['sk-proj-', 'openai-project', `${letters(70)}T3BlbkFJ${letters(60)}`],
    ['sk-or-v1-', 'openrouter', hex(64)],
    ['gsk_', 'groq', letters(52)],
    ['xai-', 'xai', letters(80)],
    ['r8_', 'replicate', letters(37)],
    ['sk-', 'openai-legacy', `${letters(20)}T3BlbkFJ${letters(20)}`],
    ['sk-ant-api03-', 'anthropic-api', `${letters(93)}AA`],
    ['AKIA', 'aws-access-key', letters(16, 'ABCDEFGH234567')],
    ['ABSK', 'aws-bedrock', letters(112)],
    ['bedrock-api-key-', 'aws-bedrock-short', `YmVkcm9jay5hbWF6b25hd3MuY29t${letters(60)}`],
    ['', 'azure-client-secret', `aB38Q~${letters(34)}`],
    ['AIza', 'google-api-key', letters(35)],
    ['cfut_', 'cloudflare-user', letters(40) + hex(8)],
    ['cfat_', 'cloudflare-account', letters(40) + hex(8)],
    ['cfk_', 'cloudflare-global', letters(40) + hex(8)],
    ['ya29.', 'google-oauth', letters(60)],
    ['hf_', 'huggingface-user', letters(34)],
    ['dop_v1_', 'digitalocean-personal', hex(64)],
    ['SG.', 'sendgrid', `${letters(22)}.${letters(43)}`],
    ['shpat_', 'shopify-admin', hex(32)],
    ['lin_api_', 'linear', letters(40)],
    ['dapi', 'databricks', hex(32)],
    ['ntn_', 'notion', letters(46)],
    ['secret_', 'notion-legacy', letters(43)],
    ['figd_', 'figma', letters(40)],
    ['pat', 'airtable', `${letters(14)}.${hex(64)}`],
    ['pat-na1-', 'hubspot', `${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`],
    ['2/', 'asana', `1200000000000000/1200000000000001:${hex(32)}`],
    ['ATATT3', 'atlassian-api', `xFfGF0${letters(170)}=${hex(8)}`],
    ['ATCTT3', 'atlassian-access', `xFfG${letters(170)}=${hex(8)}`],
    ['sl.', 'dropbox', `u.${letters(200)}`],
    ['api-', 'launchdarkly', `${hex(8)}-${hex(4)}-4${hex(3)}-${hex(4)}-${hex(12)}`],
    ['hvs.', 'vault-service', letters(90)],
    ['hvs.', 'vault-service', letters(24)],
    ['hvb.', 'vault-batch', letters(150)],
    ['hvr.', 'vault-recovery', letters(24)],
    ['s.', 'vault-legacy', letters(24)],
    ['', 'terraform', `${letters(14)}.atlasv1.${letters(67)}`],
    ['dp.pt.', 'doppler', letters(43)],
    ['dp.st.', 'doppler-service', `dev_ada.${letters(43)}`],
    ['PMAK-', 'postman', `${hex(24)}-${hex(34)}`],
    ['pul-', 'pulumi', hex(40)],
    ['sntryu_', 'sentry-user', hex(64)],
    ['sntrys_', 'sentry-organization', `eyJ${letters(60)}`],
    ['pplx-', 'perplexity', letters(48)],
    ['fm1r_', 'fly-macaroon-1', letters(110)],
    ['fm2_', 'fly-macaroon', letters(110)],
    ['nfp_', 'netlify', letters(36)],
    ['sbp_', 'supabase', hex(40)],
    ['pscale_tkn_', 'planetscale', letters(43)],
    ['tskey-', 'tailscale', `auth-${letters(17)}-${letters(32)}`],
    ['sha256~', 'openshift', letters(43)],
    ['ops_', 'onepassword-service-account', `eyJ${letters(260)}`],
    ['glsa_', 'grafana-service-account', `${letters(32)}_${hex(8)}`],
    ['glc_', 'grafana-cloud', `eyJ${letters(120)}`],
    ['dt0c01.', 'dynatrace', `${letters(24)}.${letters(64)}`],
    ['NRAK-', 'newrelic', letters(27, 'ABCDEF0123')],
    ['xkeysib-', 'brevo', `${hex(64)}-${letters(16)}`],
    ['SK', 'twilio', hex(32)],
    ['tfp_', 'typeform', letters(59)],
    ['HRKU-', 'heroku', `AA${letters(58)}`],
    ['EAAC', 'meta', letters(120)],
    ['', 'meta-app', `123456789012345|${letters(27)}`],
    ['EAAA', 'square-access', letters(60)],
    ['v4.local.', 'paseto', letters(60)],
    ['eyJ', 'jwt', `${letters(20)}.eyJ${letters(20)}.${letters(20)}`],
    ['eyJ', 'jwe', `${letters(20)}..${letters(20)}.${letters(20)}.${letters(20)}`],
    ['eyJ', 'opaque', `${letters(20)}.${letters(20)}`],
    ['', 'opaque', letters(32)],
    ['', 'opaque', ''],
  ])('%s… is %s', (prefix, id, rest) => {
    expect(classifyToken(prefix + rest).id).toBe(id);
  });

  test('a checksum that matches, and one that does not: still the same kind', () => {
    const good = ['ghp_', 'zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17'].join('');
    expect(classifyToken(good)).toEqual({
      id: 'github-personal',
      label: 'GitHub personal access token (classic)',
      vendor: 'GitHub',
      checksum: 'valid',
    });
    expect(classifyToken(good.replace('zQ', 'zR'))).toMatchObject({
      id: 'github-personal',
      checksum: 'invalid',
    });
    expect(classifyToken(`ghp_${letters(120)}`)).toMatchObject({
      id: 'github-personal',
      checksum: 'invalid',
    });
  });

  test("GitLab's routable tokens, without and with a version", () => {
    expect(classifyToken(gitlabRoutable(''))).toMatchObject({
      id: 'gitlab-personal-routable',
      checksum: 'valid',
    });
    expect(classifyToken(gitlabRoutable('01.'))).toMatchObject({
      id: 'gitlab-personal-routable',
      checksum: 'valid',
    });
    expect(classifyToken(gitlabRoutable('').replace('glpat-a', 'glpat-b'))).toMatchObject({
      id: 'gitlab-personal-routable',
      checksum: 'invalid',
    });
  });

  test('space around a pasted token does not matter', () => {
    expect(classifyToken(`  npm_${letters(36)}\n`).id).toBe('npm');
  });

  test('no shape takes long for what looks like one and is none', () => {
    const started = cpuMs();
    for (const { prefix } of [...CODE_SHAPES, ...CLOUD_SHAPES, ...MODEL_SHAPES, ...SERVICE_SHAPES]) {
      for (const filler of ['a', '1', '-', 'a.', 'a-', 'a_', '=', 'T3BlbkFJ']) {
        expect(classifyToken(`${prefix}${filler.repeat(7000 / filler.length)}!`).id).toBe('opaque');
      }
    }
    expect(cpuMs() - started).toBeLessThan(2000);
  });

  test('every shape has an id of its own', () => {
    const ids = [...CODE_SHAPES, ...CLOUD_SHAPES, ...MODEL_SHAPES, ...SERVICE_SHAPES].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
