import { KeyturnError } from '../../base/errors.ts';
import { originAllowed } from '../../profile/origin.ts';
import { shownAddresses } from '../../profile/shownOrigin.ts';
import type { ObtainedToken } from '../engine.ts';

/**
 * A refresh token goes where it came from and where its token may go: a file that was altered leads it nowhere else.
 * Fails with `origin_not_allowed`.
 */
export function requireRefreshOrigins(
  obtains: ObtainedToken | undefined,
  destinations: readonly URL[],
): void {
  const { profile, refreshToken } = obtains ?? {};
  if (profile === undefined || refreshToken === undefined || refreshToken === null) return;
  for (const url of destinations) {
    if (refreshToken.origins.includes(url.origin) || originAllowed(profile.origins, url)) continue;
    const known = [...new Set([...refreshToken.origins, ...profile.origins])];
    throw new KeyturnError(
      'origin_not_allowed',
      `The refresh token of "${profile.name}" was not sent: ${url.origin} is not an allowed origin.`,
      {
        hint: `Allowed origins: ${shownAddresses(known)}. Add the origin to its profile to allow it.`,
        data: { token: profile.name, origin: url.origin },
      },
    );
  }
}
