import type { AwsCredentials } from '../../http/auth/credentials.ts';
import { splitTemplate } from './template.ts';

const LABEL = /^(token|region|service):(.*)$/is;

/** The words behind `AWS`, variables and all; none where key and secret are not two of them. */
export function awsWords(written: string): string[] {
  const words = [''];
  for (const part of splitTemplate(written.trim())) {
    const [first = '', ...others] =
      part.kind === 'literal'
        ? part.text.split(/\s+/)
        : [written.trim().slice(part.offset, part.offset + part.length)];
    words.push(`${words.pop() ?? ''}${first}`, ...others);
  }
  return words.length < 2 || LABEL.test(words[1] ?? '') ? [] : words;
}

/**
 * `<key> <secret> token:<t> region:<r> service:<s>`, as REST Client and httpyac read it: the last three may be missing or
 * stand in any order, and a space behind their colon belongs to nothing.
 */
export function awsCredentials(words: readonly string[]): AwsCredentials {
  const [accessKeyId = '', secretAccessKey = '', ...others] = words;
  const labelled = new Map<string, string>();
  for (const [index, word] of others.entries()) {
    const [, label = '', value = ''] = LABEL.exec(word) ?? [];
    const next = others[index + 1] ?? '';
    const held = value === '' && !LABEL.test(next) ? next : value;
    if (label !== '' && held !== '') labelled.set(label.toLowerCase(), held);
  }
  return {
    scheme: 'aws',
    accessKeyId,
    secretAccessKey,
    sessionToken: labelled.get('token') ?? null,
    region: labelled.get('region') ?? null,
    service: labelled.get('service') ?? null,
  };
}
