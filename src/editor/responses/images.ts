import { commands, TabInputCustom, type Uri, ViewColumn, window } from 'vscode';
import { describeBody } from '../../http/content.ts';
import { isWhole, type HttpResponse } from '../../http/message.ts';
import { type BodyFiles, bodyScheme } from './bodyFiles.ts';

/** Opens an image beside the request in the editor's own viewer; null when the body is no image. */
export function showImage(bodies: BodyFiles, response: HttpResponse, nowMs: number): Promise<void> | null {
  if (response.body.byteLength === 0 || !isWhole(response)) return null;
  const content = describeBody(response);
  if (content.kind !== 'image') return null;
  return open(bodies.put(`Response${content.extension}`, response.body, nowMs));
}

async function open(uri: Uri): Promise<void> {
  await commands.executeCommand('vscode.open', uri, {
    viewColumn: bodyColumn() ?? ViewColumn.Beside,
    preserveFocus: true,
    preview: false,
  });
}

/** Where an image is shown already. */
function bodyColumn(): ViewColumn | null {
  for (const group of window.tabGroups.all) {
    for (const { input } of group.tabs) {
      if (input instanceof TabInputCustom && input.uri.scheme === bodyScheme) return group.viewColumn;
    }
  }
  return null;
}
