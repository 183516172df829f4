/** Longer than anyone needs, short enough to be made at once. */
const longestText = 10_000;

const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const lower = upper.toLowerCase();
const digits = '0123456789';

/** The characters of `$random.alphabetic(n)` and its like, as JetBrains documents them. */
const alphabets: Readonly<Record<string, string>> = {
  alphabetic: upper + lower,
  alphanumeric: `${upper}${lower}${digits}_`,
  hexadecimal: `${digits}ABCDEF`,
};

const firstNames = words(
  'Ada Alan Barbara Chen Donald Edsger Frances Grace Hedy Ines John Karen Linus Margaret',
);
const lastNames = words(
  'Adams Bauer Costa Dubois Evans Fischer Garcia Hansen Ivanov Jones Kumar Lopez Moreau',
);
const cities = words(
  'Amsterdam Berlin Chicago Dublin Geneva Lisbon Madrid Nairobi Osaka Prague Seoul Toronto',
);
const countries = words('Austria Brazil Canada Denmark France Germany India Japan Kenya Mexico Norway Spain');
const streets = words('Church High Main Mill Oak Park River School Station Garden');
const trades = words('Consulting Foods Group Industries Logistics Partners Software Systems');
const latin = words(
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor magna aliqua',
);

function words(text: string): readonly string[] {
  return text.split(' ');
}

/** Domains and numbers that no one owns (RFC 2606, RFC 5737, the 555-01xx block): a test must reach no one. */
const fake: Readonly<Record<string, () => string>> = {
  email: () => `${characters(lower + digits, 10)}@example.com`,
  uuid: () => crypto.randomUUID(),
  bool: () => String(Math.random() < 0.5),
  'bool.bool': () => String(Math.random() < 0.5),
  'name.firstName': () => oneOf(firstNames),
  'name.lastName': () => oneOf(lastNames),
  'name.fullName': fullName,
  'name.name': fullName,
  'name.username': () => `${oneOf(firstNames)}.${oneOf(lastNames)}`.toLowerCase(),
  'address.city': () => oneOf(cities),
  'address.country': () => oneOf(countries),
  'address.streetAddress': streetAddress,
  'address.zipCode': () => characters(digits, 5),
  'address.fullAddress': () => `${streetAddress()}, ${oneOf(cities)}, ${oneOf(countries)}`,
  'company.name': () => `${oneOf(lastNames)} ${oneOf(trades)}`,
  'internet.emailAddress': () => `${oneOf(firstNames)}.${oneOf(lastNames)}@example.com`.toLowerCase(),
  'internet.domainName': () => `${characters(lower, 8)}.example.com`,
  'internet.url': () => `https://${characters(lower, 8)}.example.com`,
  'internet.ipV4Address': () => `192.0.2.${randomBetween(1, 255)}`,
  'internet.uuid': () => crypto.randomUUID(),
  'phoneNumber.phoneNumber': phoneNumber,
  'phoneNumber.cellPhone': phoneNumber,
  'lorem.word': () => oneOf(latin),
  'lorem.sentence': sentence,
};

/**
 * The value of `$random.<kind>`; null for a kind that is not known. `invalid` makes the error for arguments that make no
 * sense, of a sentence that says what is expected.
 */
export function randomValue(
  kind: string,
  args: readonly string[],
  invalid: (expected: string) => Error,
): string | null {
  if (kind === 'integer') return String(randomInteger(args, invalid, 1000));
  if (kind === 'float') {
    const [low, high] = bounds(args, 1000);
    if (!Number.isFinite(low) || !Number.isFinite(high) || low >= high || args.length > 2) {
      throw invalid('Write two numbers, the smaller one first: {{$random.float(10.5, 20.3)}}.');
    }
    return String(low + Math.random() * (high - low));
  }
  const alphabet = Object.hasOwn(alphabets, kind) ? alphabets[kind] : undefined;
  if (alphabet !== undefined) {
    const [length = '10'] = args;
    if (!/^\d{1,5}$/.test(length) || Number(length) < 1 || Number(length) > longestText || args.length > 1) {
      throw invalid(`Write a length from 1 to ${longestText}: {{$random.${kind}(8)}}.`);
    }
    return characters(alphabet, Number(length));
  }
  const make = Object.hasOwn(fake, kind) ? fake[kind] : undefined;
  if (make === undefined) return null;
  if (args.length > 0) throw invalid(`Write {{$random.${kind}}} without arguments.`);
  return make();
}

/** `(from, to)`, `(to)` or nothing, which means 0 to `most`; the upper bound is not reached. */
export function randomInteger(
  args: readonly string[],
  invalid: (expected: string) => Error,
  most: number,
): number {
  const [low, high] = bounds(args, most);
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || low >= high || args.length > 2) {
    throw invalid('Write two whole numbers, the smaller one first: {{$randomInt 1 100}}.');
  }
  return randomBetween(low, high);
}

function bounds(args: readonly string[], most: number): [number, number] {
  const [first, second] = args;
  if (first === undefined) return [0, most];
  return second === undefined ? [0, Number(first)] : [Number(first), Number(second)];
}

function randomBetween(low: number, high: number): number {
  return low + Math.floor(Math.random() * (high - low));
}

function characters(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet.charAt(randomBetween(0, alphabet.length))).join('');
}

function oneOf(list: readonly string[]): string {
  return list[randomBetween(0, list.length)] ?? '';
}

function fullName(): string {
  return `${oneOf(firstNames)} ${oneOf(lastNames)}`;
}

function streetAddress(): string {
  return `${randomBetween(1, 200)} ${oneOf(streets)} Street`;
}

function phoneNumber(): string {
  return `202-555-01${characters(digits, 2)}`;
}

function sentence(): string {
  const text = Array.from({ length: 8 }, () => oneOf(latin)).join(' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
