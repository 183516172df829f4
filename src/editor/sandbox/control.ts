/** The sandbox process of this window. */
export interface SandboxControl {
  /** `sandboxIssuer` and `sandboxApi` while it runs, else empty. */
  variables(): Readonly<Record<string, string>>;
  onDidChange(listener: () => void): { dispose(): void };
}
