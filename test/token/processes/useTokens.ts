import { createSharingManager, type SharedPlace, signedIn } from './refresher.ts';

/** Acquires a token and sends it to the server, again and again; what failed. */
export async function useTokens(place: SharedPlace, times: number, everyMs: number): Promise<string[]> {
  const { manager } = createSharingManager(place);
  const profile = signedIn(place);
  const failures: string[] = [];
  const uses: Promise<void>[] = [];
  for (let i = 0; i < times; i++) {
    uses.push(
      (async () => {
        const { token } = await manager.acquire(profile);
        const headers = { authorization: `Bearer ${token.accessToken}` };
        const { status } = await fetch(`${place.issuer}/check`, { headers });
        if (status !== 200) failures.push(`answered ${status}`);
      })().catch((error: unknown) => void failures.push(String(error))),
    );
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  await Promise.all(uses);
  manager.dispose();
  return failures;
}
