/** An OAuth client that the sandbox's issuer knows. Its secret is a public demonstration constant. */
export interface SandboxClient {
  readonly id: string;
  readonly secret: string;
  /** Everything the client may ask for, separated by spaces. */
  readonly scope: string;
}

export const sandboxScopes = ['reports:read', 'reports:write', 'reports:admin'] as const;
export type SandboxScope = (typeof sandboxScopes)[number];

/** One client per role; each role may do what the one before it may. */
export const sandboxClients: readonly SandboxClient[] = [
  { id: 'viewer', secret: 'viewer-secret', scope: 'reports:read' },
  { id: 'editor', secret: 'editor-secret', scope: 'reports:read reports:write' },
  { id: 'admin', secret: 'admin-secret', scope: 'reports:read reports:write reports:admin' },
];

/** The key that `GET /legacy/summary` wants in `X-API-Key`; public like the client secrets. */
export const sandboxApiKey = 'legacy-demonstration-key';
