/** How far apart requests of one slot are sent, by httpyac's `# @ratelimit` and by `# @rate-limit`. */
export interface SpacingRule {
  readonly slot: string;
  /** Least time between two requests. */
  readonly idleMs: number;
  /** Most requests within `windowMs`; 0 for no limit. */
  readonly most: number;
  readonly windowMs: number;
}

/** The milliseconds of `# @sleep 500` and `# @delay 500`; null for an expression. */
export function sleepMs(value: string): number | null {
  return /^\d{1,9}$/.test(value.trim()) ? Number(value) : null;
}

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };
const membersOf: Readonly<Record<string, keyof SpacingRule>> = {
  slot: 'slot',
  minidletime: 'idleMs',
  max: 'most',
  expire: 'windowMs',
};

/** Reads `5/s`, `30/m` and `slot a minIdleTime 100 max 5 expire 1000` (times in milliseconds); null for anything else. */
export function parseSpacing(value: string): SpacingRule | null {
  const [, count, unit = ''] = /^(\d{1,6})\s*\/\s*([smh])$/.exec(value.trim()) ?? [];
  if (count !== undefined) {
    const seconds = secondsOf[unit] ?? 1;
    if (Number(count) === 0) return null;
    return { slot: '', idleMs: Math.ceil((seconds * 1000) / Number(count)), most: 0, windowMs: 0 };
  }
  const words = value.trim().replaceAll(':', ' ').split(/\s+/);
  if (words.length < 2 || words.length % 2 !== 0) return null;
  const rule: Record<keyof SpacingRule, string> = { slot: '', idleMs: '0', most: '0', windowMs: '0' };
  for (let at = 0; at < words.length; at += 2) {
    const word = (words[at] ?? '').toLowerCase();
    const member = Object.hasOwn(membersOf, word) ? membersOf[word] : undefined;
    const given = words[at + 1] ?? '';
    if (member === undefined || (member !== 'slot' && !/^\d{1,9}$/.test(given))) return null;
    rule[member] = given;
  }
  const { slot, idleMs, most, windowMs } = rule;
  return { slot, idleMs: Number(idleMs), most: Number(most), windowMs: Number(windowMs) };
}
