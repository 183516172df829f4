// What no extension can do without: a regular expression that finds the requests, a lens over each, one GET by
// node:http, and its answer in a read-only document beside. Keyturn is measured against this.
'use strict';
const http = require('node:http');
const vscode = require('vscode');

const requestLine = /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s+(\S+)/;

function findRequests(document) {
  return document
    .getText()
    .split('\n')
    .flatMap((text, line) => {
      const found = requestLine.exec(text);
      return found === null ? [] : [{ line, url: found[1] }];
    });
}

function get(url) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const headers = Object.entries(response.headers).map(([name, value]) => `${name}: ${value}`);
        resolve(
          [`HTTP/1.1 ${response.statusCode}`, ...headers, '', Buffer.concat(chunks).toString()].join('\n'),
        );
      });
    });
    request.on('error', reject);
  });
}

exports.activate = (context) => {
  const shown = vscode.Uri.parse('bench-floor:response.http');
  const changed = new vscode.EventEmitter();
  let answer = '';

  const lenses = {
    provideCodeLenses: (document) =>
      findRequests(document).map(({ line }) => {
        const command = { title: 'Send', command: 'benchFloor.send', arguments: [line] };
        return new vscode.CodeLens(new vscode.Range(line, 0, line, 0), command);
      }),
  };
  const answers = { onDidChange: changed.event, provideTextDocumentContent: () => answer };
  const send = async (lensLine) => {
    const editor = vscode.window.activeTextEditor;
    const line = lensLine ?? editor.selection.active.line;
    const { url } = findRequests(editor.document).findLast((request) => request.line <= line);
    answer = await get(url);
    changed.fire(shown);
    await vscode.window.showTextDocument(shown, {
      viewColumn: vscode.ViewColumn.Beside,
      preserveFocus: true,
    });
  };

  context.subscriptions.push(
    changed,
    vscode.languages.registerCodeLensProvider({ language: 'http' }, lenses),
    vscode.workspace.registerTextDocumentContentProvider('bench-floor', answers),
    vscode.commands.registerCommand('benchFloor.send', send),
  );
};
