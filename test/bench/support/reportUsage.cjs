// Preloaded into a measured process (node --require): leaves what it used of the machine in a file when it ends.
'use strict';
const { appendFileSync } = require('node:fs');
const path = process.env.KEYTURN_BENCH_USAGE;
process.once('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  appendFileSync(
    path,
    `${JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakRssKiB: maxRSS })}\n`,
  );
});
