import { env } from 'vscode';

/**
 * Opens an address in the browser; false when that was not done. As a string: a Uri decodes the query and joins it
 * again, after which a `redirect_uri` with a query of its own is another one
 * (https://github.com/microsoft/vscode/issues/85930). The typings know the Uri only.
 */
export const openExternal = env.openExternal as unknown as (target: string) => Thenable<boolean>;
