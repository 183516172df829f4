import { expect, it } from 'vitest';
import { timeLeft } from '../../src/editor/signIn/timeLeft.ts';

it('changes seldom, and never says less than there is', () => {
  const texts = new Set<string>();
  for (let ms = 120_000; ms >= -1000; ms -= 1000) texts.add(timeLeft(ms));
  expect([...texts]).toEqual(['2 min', '1 min', '50 s', '40 s', '30 s', '20 s', '10 s']);
  expect(timeLeft(41_000)).toBe('50 s');
});
