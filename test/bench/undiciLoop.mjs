// node undiciLoop.mjs ORIGIN COUNT [chained]: the least that can be done for the same requests. Nothing but undici, one
// request after the other, each body read to its end.
import { Agent, request } from 'undici';

const [origin, count] = [process.argv[2], Number(process.argv[3])];
/** Each request then takes a value from the answer before. */
const isChained = process.argv[4] === 'chained';
let from = '';
const dispatcher = new Agent({ connections: 1, pipelining: 1 });
for (let n = 1; n <= count; n++) {
  const { statusCode, body } = await request(`${origin}/items/${n}${from}`, {
    dispatcher,
    headers: { authorization: 'Bearer abc' },
  });
  const text = await body.text();
  if (isChained) from = `?from=${JSON.parse(text).mark}`;
  if (statusCode !== 200) throw new Error(`The server answered ${statusCode}.`);
}
await dispatcher.close();
