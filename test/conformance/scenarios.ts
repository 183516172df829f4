/** Scenarios of the package for clients that Sign In to This API does not pass, and why. All others have to pass. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  initialize: 'is about the first message of an MCP session',
  tools_call: 'is about calling a tool in an MCP session',
  'elicitation-sep1034-client-defaults': 'is about questions of an MCP server to its client',
  'sse-retry': 'is about the stream of events of an MCP session',
  'auth/basic-cimd': 'wants a client id metadata document, which Keyturn would have to publish',
  'auth/cross-app-access-complete-flow':
    'no sign-in: an ID token is exchanged for an identity assertion grant (ID-JAG), which jwt_bearer cannot send',
};
