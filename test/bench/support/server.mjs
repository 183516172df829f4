// The server of the benchmarks, in a process of its own, on loopback only. It prints its port and then answers each
// request at once with JSON that holds a mark of its own, and with the headers of a rate limit.
// GET /count: how many it answered. GET /marks: when each mark's request arrived (milliseconds since the epoch).
import { createServer } from 'node:http';

const limit = 5000;
const marks = {};
let count = 0;

const server = createServer((request, response) => {
  const now = Date.now();
  if (request.url === '/count') return void response.end(String(count));
  if (request.url === '/marks') return void response.end(JSON.stringify(marks));
  const mark = `mark-${String(++count).padStart(6, '0')}`;
  // Kept for the editor's requests only: a table of 100,000 would be a cost of the measuring.
  if (count <= 5000) marks[mark] = now;
  response.writeHead(200, {
    'content-type': 'application/json',
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(limit - (count % limit)),
    'x-ratelimit-reset': String(Math.floor(now / 1000) + 3600),
  });
  response.end(
    JSON.stringify({
      ok: true,
      mark,
      items: [
        { id: 1, name: 'first' },
        { id: 2, name: 'second' },
      ],
    }),
  );
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
