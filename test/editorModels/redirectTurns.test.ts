import { describe, expect, it } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import { RedirectTurns } from '../../src/editor/signIn/redirectTurns.ts';

const never = new AbortController().signal;
const own = () => Promise.resolve('vscode://keyturn.keyturn/sign-in');
const address = (state: string) => new URL(`vscode://keyturn.keyturn/sign-in?state=${state}`);
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("sign-ins at the editor's own address", () => {
  it('get what the browser brings, and nothing when no sign-in waits', async () => {
    const turns = new RedirectTurns();
    expect(turns.arrived(address('early'))).toBe('none_waits');
    const redirect = await turns.open(own, never);
    redirect.expect('a');
    expect(redirect.uri).toBe('vscode://keyturn.keyturn/sign-in');
    expect(turns.arrived(address('a'))).toBe('taken');
    expect((await redirect.response(never)).searchParams.get('state')).toBe('a');
    redirect.dispose();
    expect(turns.arrived(address('a'))).toBe('none_waits');
  });

  it('are not ended by what bears another state, which any page can send', async () => {
    const turns = new RedirectTurns();
    const redirect = await turns.open(own, never);
    // Nothing is expected before the browser opens.
    expect(turns.arrived(address('a'))).toBe('stray');
    redirect.expect('a');
    for (const theirs of [
      address('b'),
      address(''),
      address('a&state=a'),
      new URL('vscode://keyturn.keyturn/sign-in?code=x'),
    ])
      expect(turns.arrived(theirs)).toBe('stray');
    expect(redirect.strayed).toBe(true);
    expect(turns.arrived(address('a'))).toBe('taken');
    expect((await redirect.response(never)).searchParams.get('state')).toBe('a');
    redirect.dispose();
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
    redirect.expect('second');
    expect(turns.arrived(address('second'))).toBe('taken');
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
