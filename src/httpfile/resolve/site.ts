import { type Traced } from './traced.ts';

/** Where an expression stands, for messages and for the order of definitions. */
export interface Site {
  /** Zero-based line. */
  readonly line: number;
  /** Variables being worked out, outermost first. */
  readonly path: readonly string[];
  /** Definitions below this line are not seen; see `variableScope` of the rules. */
  readonly seenUpTo: number;
}

/** A text and where it stands. */
export interface Written {
  readonly text: string;
  readonly site: Site;
  /** The value that the text is, or is a part of, when there are no variables in it any more. */
  readonly done?: Traced;
  /** The variable whose text this is, where its name says that it holds a secret. */
  readonly secret?: string;
}
