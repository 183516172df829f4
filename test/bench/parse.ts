import { measure } from 'mitata';
import { parseHttpFile } from '../../src/httpfile/parse/parse.ts';

/** How long a file of many requests takes to parse; the goal is 10,000 requests in under 50 ms, and linear. */

function fileOf(requests: number): string {
  const blocks: string[] = ['@host = https://api.example.com', ''];
  for (let index = 0; index < requests; index++) {
    blocks.push(
      `### Report ${index}`,
      `GET {{host}}/reports/${index}?page=1`,
      'Accept: application/json',
      '',
    );
  }
  return blocks.join('\n');
}

let small: number | null = null;
for (const requests of [1_000, 10_000, 20_000]) {
  const text = fileOf(requests);
  const { p50 } = await measure(() => parseHttpFile(text), { min_samples: 20 });
  const ms = p50 / 1e6;
  small ??= ms / requests;
  const growth = (ms / requests / small).toFixed(2);
  console.log(
    `${requests.toLocaleString('en')} requests: ${ms.toFixed(1)} ms, ${growth} times as much each as at 1,000`,
  );
}
