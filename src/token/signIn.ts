/** How a grant reaches the person: dialogs and a browser in the editor, lines and a browser in the terminal. */
export interface SignIn {
  /** Fails with `authorization_failed` when no browser could be opened. */
  openBrowser(url: string): Promise<void>;
  /**
   * Begins to wait for the browser at the editor's own address, after the sign-ins that wait there already; rejects with
   * `cancelled` when the signal aborts. Null where there is no such address, as in the terminal.
   */
  readonly editorRedirect: ((signal: AbortSignal) => Promise<Redirect>) | null;
  /** False where a browser cannot reach this process on loopback, as with a remote or the web. */
  readonly loopbackReachable: boolean;
  /**
   * Shows the code of RFC 8628 section 3.3 and how long it is valid, until `signal` ends it. Resolves then; rejects
   * with `cancelled` when the person gives up.
   */
  showDeviceCode(code: DeviceCode, signal: AbortSignal): Promise<void>;
}

/** A place for the browser to come back to. */
export interface Redirect {
  /** To be sent as `redirect_uri`. */
  readonly uri: string;
  /** To be called before the browser opens: only an answer that bears this `state` is the one to this sign-in. */
  expect(state: string): void;
  /** The address with that answer; rejects with `cancelled` when the signal aborts. */
  response(signal: AbortSignal): Promise<URL>;
  /** An answer came that was none to this sign-in. It changed nothing. */
  readonly strayed: boolean;
  /** Nothing stays open. */
  dispose(): void;
}

export interface DeviceCode {
  readonly tokenName: string;
  readonly userCode: string;
  readonly verificationUri: string;
  /** With the code in it; null where the server sends none. */
  readonly verificationUriComplete: string | null;
  readonly expiresAtMs: number;
  /** Where the token may go, for the person to know before signing in. */
  readonly origins: readonly string[];
}
