export const responseScheme = 'keyturn-response';
