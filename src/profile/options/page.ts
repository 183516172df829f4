/** A JSON schema (draft 7) with the editor's own keywords. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What people read about one property; only the generator of the schema and the documentation loads it. */
export interface OptionPage {
  readonly schema: JsonSchema;
  /** Its row in docs/keyturn-json.md. */
  readonly doc: string;
}

/** A page for each option of a table. */
export type OptionPages<Options> = { readonly [Name in keyof Options]: OptionPage };
