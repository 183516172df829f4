import { KeyturnError } from '../../base/errors.ts';

const BEGIN = '-----BEGIN ';
const DASHES = '-----';
/** Longer than any label of RFC 7468. */
const LONGEST_LABEL = 40;

interface Block {
  readonly label: string;
  readonly body: string;
}

/**
 * The first private key of a text in PEM (RFC 7468), with its lines as they should be: what was pasted into one line
 * has lost its line breaks, and JSON or a variable may hold them as `\n`. Fails with `key_invalid`; `name` is the
 * profile's, for messages.
 */
export function privateKeyPem(text: string, name: string): string {
  const blocks = [...pemBlocks(text.replaceAll('\\r', '').replaceAll('\\n', '\n'))];
  const block = blocks.find(({ label }) => label.endsWith('PRIVATE KEY'));
  if (block === undefined) {
    throw invalid(
      name,
      blocks.length === 0 ? 'is not complete' : `holds no private key but a ${shown(blocks)}`,
      'Copy the whole text, from -----BEGIN to the end of the END line.',
    );
  }
  if (block.label.startsWith('ENCRYPTED') || block.body.includes('ENCRYPTED')) {
    throw invalid(
      name,
      'is encrypted with a passphrase',
      'Decrypt it with `openssl pkcs8 -topk8 -nocrypt -in key.pem`; Keyturn keeps it in the secret storage or keychain.',
    );
  }
  if (block.label.startsWith('OPENSSH')) {
    throw invalid(
      name,
      'is in the format of OpenSSH',
      'Convert a copy of it with `ssh-keygen -p -m PKCS8 -f key.pem`.',
    );
  }
  const base64 = block.body.replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    throw invalid(name, 'is damaged', 'Copy the whole PEM again.');
  }
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `${BEGIN}${block.label}${DASHES}\n${lines.join('\n')}\n${DASHES}END ${block.label}${DASHES}\n`;
}

function* pemBlocks(text: string): Generator<Block> {
  let from = 0;
  for (;;) {
    const begin = text.indexOf(BEGIN, from);
    if (begin < 0) return;
    const labelAt = begin + BEGIN.length;
    const labelEnd = text.indexOf(DASHES, labelAt);
    if (labelEnd < 0) return;
    const label = text.slice(labelAt, labelEnd);
    from = labelEnd + DASHES.length;
    if (label.length > LONGEST_LABEL || !/^[A-Z0-9 ]+$/.test(label)) continue;
    const end = text.indexOf(`${DASHES}END ${label}${DASHES}`, from);
    if (end < 0) continue;
    yield { label, body: text.slice(from, end) };
    from = end;
  }
}

function shown([block]: readonly Block[]): string {
  const label = block?.label ?? '';
  return label === 'CERTIFICATE' || label.endsWith('PUBLIC KEY')
    ? label.toLowerCase()
    : 'PEM of another kind';
}

function invalid(name: string, what: string, hint: string): KeyturnError {
  return new KeyturnError('key_invalid', `The private key of "${name}" ${what}.`, {
    hint,
    data: { token: name },
  });
}
