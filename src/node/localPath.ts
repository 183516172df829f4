import { win32 } from 'node:path';

/**
 * Whether a path of Windows leads to another computer, a device or a pipe (`\\host\share`, `//host/share`, `\\?\…`,
 * `\\.\pipe\…`): to open one sends the person's credentials there.
 */
export function isRemotePath(path: string): boolean {
  return /^[\\/](?:[\\/]|\?\?[\\/])/.test(path);
}

/** Whether both lie on one network share: who works there has opened it already. */
export function isSameShare(path: string, other: string): boolean {
  const share = shareOf(path);
  return share !== null && share === shareOf(other);
}

/** `\\host\share\` in lower case; null for what is no share. */
function shareOf(path: string): string | null {
  if (!isRemotePath(path)) return null;
  const root = win32.parse(win32.resolve(path)).root.toLowerCase();
  return /^\\\\[^\\?.][^\\]*\\[^\\]+\\$/.test(root) ? root : null;
}

/** CON, NUL, COM1 and the like are devices in every folder of Windows, whatever extension stands behind them. */
const DEVICE_NAME = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])[ ]{0,10}(?:[.:]|$)/i;

/** Whether a path lies where a system keeps no files: processes, devices, its own state. */
export function isSystemPath(path: string, platform: NodeJS.Platform): boolean {
  if (platform === 'win32') return path.split(/[\\/]/).some((name) => DEVICE_NAME.test(name));
  // The file system of macOS takes /DEV for /dev.
  const spelled = platform === 'darwin' ? path.toLowerCase() : path;
  return /^\/+(?:proc|sys|dev)(?:\/|$)/.test(spelled);
}

/** Whether `path` is the folder or lies in it, at any depth. Both are real paths; Windows knows no capitals. */
export function isInside(folder: string, path: string, separator: string): boolean {
  const [outer, inner] = separator === '\\' ? [folder.toLowerCase(), path.toLowerCase()] : [folder, path];
  const prefix = outer.endsWith(separator) ? outer : outer + separator;
  return inner === outer || inner.startsWith(prefix);
}
