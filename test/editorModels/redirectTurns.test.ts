import { describe, expect, it } from 'vitest';
import { KeyturnError } from '../../src/errors.ts';
import { RedirectTurns } from '../../src/editor/signIn/redirectTurns.ts';

const never = new AbortController().signal;
const own = () => Promise.resolve('vscode://keyturn.keyturn/sign-in');
const address = (state: string) => new URL(`vscode://keyturn.keyturn/sign-in?state=${state}`);
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("sign-ins at the editor's own address", () => {
  it('get what the browser brings, and nothing when nobody waits', async () => {
    const turns = new RedirectTurns();
    expect(turns.arrived(address('early'))).toBe(false);
    const redirect = await turns.open(own, never);
    expect(redirect.uri).toBe('vscode://keyturn.keyturn/sign-in');
    expect(turns.arrived(address('a'))).toBe(true);
    expect((await redirect.response(never)).searchParams.get('state')).toBe('a');
    redirect.dispose();
    expect(turns.arrived(address('late'))).toBe(false);
  });

  it('wait for each other', async () => {
    const turns = new RedirectTurns();
    const first = await turns.open(own, never);
    let opened = false;
    const second = turns.open(own, never).then((redirect) => {
      opened = true;
      return redirect;
    });
    await settled();
    expect(opened).toBe(false);
    first.dispose();
    const redirect = await second;
    // Disposing of the first once more takes nothing from the second.
    first.dispose();
    expect(turns.arrived(address('second'))).toBe(true);
    expect((await redirect.response(never)).searchParams.get('state')).toBe('second');
  });

  it('can be given up while they wait for their turn, and for the browser', async () => {
    const turns = new RedirectTurns();
    const first = await turns.open(own, never);
    const givenUp = new AbortController();
    const second = turns.open(own, givenUp.signal);
    const third = turns.open(own, never);
    givenUp.abort();
    await expect(second).rejects.toMatchObject({ code: 'cancelled' });

    const waiting = new AbortController();
    const response = first.response(waiting.signal);
    waiting.abort();
    await expect(response).rejects.toMatchObject({ code: 'cancelled' });
    first.dispose();
    expect((await third).uri).toBe('vscode://keyturn.keyturn/sign-in');
  });

  it('leave the turn to the next when there is no address', async () => {
    const turns = new RedirectTurns();
    const refused = () => Promise.reject(new KeyturnError('internal', 'No address.'));
    await expect(turns.open(refused, never)).rejects.toThrow('No address.');
    (await turns.open(own, never)).dispose();
  });

  it('are not opened for who has given up already', async () => {
    const turns = new RedirectTurns();
    await expect(turns.open(own, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    (await turns.open(own, never)).dispose();
  });
});
