/** What a running sandbox of this window adds to every environment. */
export interface SandboxVariables {
  /** `sandboxIssuer` and `sandboxApi` while it runs, else empty. */
  variables(): Readonly<Record<string, string>>;
  onDidChange(listener: () => void): { dispose(): void };
}
