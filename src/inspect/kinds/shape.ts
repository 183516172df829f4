/** What one kind of vendor token looks like. */
export interface TokenShape {
  readonly id: string;
  /** As shown: `GitHub personal access token`. */
  readonly label: string;
  readonly vendor: string;
  /** What it begins with; decides which shapes are looked at. Empty where a token begins with anything. */
  readonly prefix: string;
  /** The whole token. Without nested repetition, so that it stays linear. */
  readonly pattern: RegExp;
  /** How its checksum is made (checksum.ts). */
  readonly checksum?: 'base62-after-prefix' | 'base36-of-all';
}
