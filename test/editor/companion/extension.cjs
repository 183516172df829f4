'use strict';
const { authentication, EventEmitter } = require('vscode');

/** A provider of accounts like GitHub's: its sessions are what the tests put there. */
class Accounts {
  #changed = new EventEmitter();
  sessions = [];
  onDidChangeSessions = this.#changed.event;

  async getSessions(scopes) {
    return this.sessions.filter((session) => (scopes ?? []).every((scope) => session.scopes.includes(scope)));
  }

  async createSession(scopes) {
    const id = String(this.sessions.length + 1);
    const session = { id, accessToken: `account-token-${id}`, account: { id: 'zoe', label: 'zoe' }, scopes };
    this.sessions = [...this.sessions, session];
    this.#changed.fire({ added: [session], removed: [], changed: [] });
    return session;
  }

  async removeSession(id) {
    const removed = this.sessions.filter((session) => session.id === id);
    this.sessions = this.sessions.filter((session) => session.id !== id);
    this.#changed.fire({ added: [], removed, changed: [] });
  }
}

exports.activate = ({ secrets, subscriptions, globalStorageUri }) => {
  const accounts = new Accounts();
  subscriptions.push(authentication.registerAuthenticationProvider('keyturn-test', 'Keyturn Test', accounts));
  return { secrets, accounts, storage: globalStorageUri.fsPath };
};
