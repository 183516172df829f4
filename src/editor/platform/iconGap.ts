/** The editor swallows a plain space after an icon in a lens. */
export const gap = '\u00a0';
