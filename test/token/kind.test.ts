import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { CLOUD_SHAPES } from '../../src/token/kinds/cloud.ts';
import { CODE_SHAPES } from '../../src/token/kinds/code.ts';
import { SERVICE_SHAPES } from '../../src/token/kinds/services.ts';
import { classifyToken } from '../../src/token/kind.ts';

/** Made up letter by letter, so that no scanner of this repository takes them for somebody's secrets. */
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
    ['github_pat_', 'github-fine-grained', `${letters(22)}_${letters(59)}`],
    ['glpat-', 'gitlab-personal', letters(20)],
    ['glptt-', 'gitlab-trigger', hex(40)],
    ['glrt-', 'gitlab-runner', letters(20)],
    ['npm_', 'npm', letters(36)],
    ['pypi-', 'pypi', `AgEIcHlwaS5vcmc${letters(60)}`],
    ['rubygems_', 'rubygems', hex(48)],
    ['xoxb-', 'slack-bot', `123456789012-123456789012-${letters(24)}`],
    ['xoxp-', 'slack-user', `123456789012-${letters(24)}`],
    ['xoxe.xoxp-', 'slack-rotating', `1-${letters(40)}`],
    ['xapp-', 'slack-app', `1-A012-345-${hex(64)}`],
    ['sk_live_', 'stripe-secret-live', letters(24)],
    ['rk_test_', 'stripe-restricted-test', letters(24)],
    ['sk-proj-', 'openai-project', `${letters(74)}T3BlbkFJ${letters(74)}`],
    ['sk-svcacct-', 'openai-service', `${letters(58)}T3BlbkFJ${letters(58)}`],
    ['sk-', 'openai-legacy', `${letters(20)}T3BlbkFJ${letters(20)}`],
    ['sk-ant-api03-', 'anthropic-api', `${letters(93)}AA`],
    ['AKIA', 'aws-access-key', letters(16, 'ABCDEFGH234567')],
    ['AIza', 'google-api-key', letters(35)],
    ['ya29.', 'google-oauth', letters(60)],
    ['hf_', 'huggingface-user', letters(34)],
    ['dop_v1_', 'digitalocean-personal', hex(64)],
    ['SG.', 'sendgrid', `${letters(22)}.${letters(43)}`],
    ['shpat_', 'shopify-admin', hex(32)],
    ['lin_api_', 'linear', letters(40)],
    ['ntn_', 'notion', letters(46)],
    ['dapi', 'databricks', hex(32)],
    ['hvs.', 'vault-service', letters(90)],
    ['dp.pt.', 'doppler', letters(43)],
    ['PMAK-', 'postman', `${hex(24)}-${hex(34)}`],
    ['pul-', 'pulumi', hex(40)],
    ['sntryu_', 'sentry-user', hex(64)],
    ['sntrys_', 'sentry-organization', `eyJ${letters(60)}`],
    ['pplx-', 'perplexity', letters(48)],
    ['fm2_', 'fly-macaroon', letters(80)],
    ['HRKU-', 'heroku', `AA${letters(58)}`],
    ['EAAC', 'meta-user', letters(60)],
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
    expect(classifyToken(gitlabRoutable(''))).toMatchObject({ id: 'gitlab-routable', checksum: 'valid' });
    expect(classifyToken(gitlabRoutable('01.'))).toMatchObject({ id: 'gitlab-routable', checksum: 'valid' });
    expect(classifyToken(gitlabRoutable('').replace('glpat-a', 'glpat-b'))).toMatchObject({
      id: 'gitlab-routable',
      checksum: 'invalid',
    });
  });

  test('space around a pasted token does not matter', () => {
    expect(classifyToken(`  npm_${letters(36)}\n`).id).toBe('npm');
  });

  test('every shape has an id of its own', () => {
    const ids = [...CODE_SHAPES, ...CLOUD_SHAPES, ...SERVICE_SHAPES].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
