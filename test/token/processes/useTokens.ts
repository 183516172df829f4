import { createSharingManager, type SharedPlace, signedIn } from './refresher.ts';

/**
 * Acquires a token and sends it to the server, again and again; what failed. As for a request, a token that ended on its
 * way is refreshed once: a busy machine may take longer than these tokens live.
 */
export async function useTokens(place: SharedPlace, times: number, everyMs: number): Promise<string[]> {
  const { manager } = createSharingManager(place);
  const profile = signedIn(place);
  const failures: string[] = [];
  const uses: Promise<void>[] = [];
  const answerTo = async (accessToken: string) => {
    const headers = { authorization: `Bearer ${accessToken}` };
    return (await fetch(`${place.issuer}/check`, { headers })).status;
  };
  for (let i = 0; i < times; i++) {
    uses.push(
      (async () => {
        const { token } = await manager.acquire(profile);
        let status = await answerTo(token.accessToken);
        if (status === 401) {
          const renewed = await manager.acquire(profile, { force: true, rejected: token.accessToken });
          status = await answerTo(renewed.token.accessToken);
        }
        if (status !== 200) failures.push(`answered ${status}`);
      })().catch((error: unknown) => void failures.push(String(error))),
    );
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  await Promise.all(uses);
  manager.dispose();
  return failures;
}
