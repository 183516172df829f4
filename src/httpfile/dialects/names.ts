import type { Dialect } from '../parse/tree.ts';

/** The tools, as they call themselves. */
export const dialectNames: Readonly<Record<Dialect, string>> = {
  'rest-client': 'REST Client',
  'visual-studio': 'Visual Studio',
  httpyac: 'httpyac',
  jetbrains: 'JetBrains HTTP Client',
  kulala: 'kulala',
};
