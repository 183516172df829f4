import { afterAll } from 'vitest';
import { undoAll } from './story.ts';

afterAll(undoAll);
