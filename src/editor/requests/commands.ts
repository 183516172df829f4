/** Commands of requests, as package.json contributes them. */
export const requestCommands = {
  /** Arguments, both optional: the document's Uri and a line in the request. */
  send: 'keyturn.send',
  sendAll: 'keyturn.sendAll',
  sendWithToken: 'keyturn.sendWithToken',
  sendAndSave: 'keyturn.sendAndSave',
  /** Arguments like those of `send`. */
  signInToApi: 'keyturn.signInToApi',
  /** Arguments, all optional: the document's Uri, a line and a character of a token or secret in plain text. */
  moveSecret: 'keyturn.moveSecret',
  /** Arguments like those of `send`: makes a profile of a login whose response held a token. */
  turnLoginIntoToken: 'keyturn.turnLoginIntoToken',
  /** Arguments like those of `send`: what helps a request that the server refused. */
  nextStep: 'keyturn.nextStep',
  /** Arguments like those of `send`: waits as long as the server asked for. */
  sendWhenAllowed: 'keyturn.sendWhenAllowed',
  /** Arguments like those of `send`, then a token's name: writes it above the request; by default the person picks one. */
  chooseToken: 'keyturn.chooseToken',
  /** Arguments like those of `send`: shows the last response again, without sending. */
  openResponse: 'keyturn.response.open',
  /** Chooses whose rules the files of this folder are read by. */
  chooseDialect: 'keyturn.chooseDialect',
  cancel: 'keyturn.cancel',
  /** Only from the lens: the document's Uri, a line in the request, the token's name. */
  tokenActions: 'keyturn.tokenActions',
} as const;

/** Commands of shown responses, as package.json contributes them. */
export const responseCommands = {
  resend: 'keyturn.response.resend',
  /** Only from the lens over a body that was cut off. */
  sendAndSave: 'keyturn.response.sendAndSave',
  pin: 'keyturn.response.pin',
  unpin: 'keyturn.response.unpin',
  reveal: 'keyturn.response.reveal',
  mask: 'keyturn.response.mask',
  saveBody: 'keyturn.response.saveBody',
  copyBody: 'keyturn.response.copyBody',
} as const;

/** Keys for `when` and `enablement` in package.json. */
export const requestContextKeys = {
  /** At least one request is under way. */
  running: 'keyturn.running',
  /** The active response stays where it is; the next one opens another tab. */
  responsePinned: 'keyturn.responsePinned',
  /** The active response holds a secret: `masked`, `revealed`, or `none`. */
  responseSecrets: 'keyturn.responseSecrets',
} as const;
