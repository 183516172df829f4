import type { SharedPlace, Step } from './refresher.ts';

export type Task =
  | { readonly kind: 'refresh'; readonly place: SharedPlace; readonly stopAt: Step | null }
  | { readonly kind: 'use'; readonly place: SharedPlace; readonly times: number; readonly everyMs: number };

export type Told =
  | { readonly kind: 'ready' }
  | { readonly kind: 'reached'; readonly step: Step }
  | { readonly kind: 'used'; readonly failures: readonly string[] };
