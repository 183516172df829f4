import { query } from 'json-p3';

// The library is large for a script's context: its text is evaluated only in one that calls `jsonPath`.

export default function values(path: string, value: unknown): unknown[] {
  return query(path, value as Parameters<typeof query>[1]).values();
}
