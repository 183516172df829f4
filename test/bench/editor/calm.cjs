'use strict';
const { performance } = require('node:perf_hooks');
const { setTimeout: wait } = require('node:timers/promises');

/** Until this process has had almost nothing to do for 0.6 s, or 60 s have passed. */
exports.calm = async () => {
  for (let quiet = 0, windows = 0; quiet < 2 && windows < 200; windows++) {
    const before = performance.eventLoopUtilization();
    await wait(300);
    quiet = performance.eventLoopUtilization(before).utilization < 0.2 ? quiet + 1 : 0;
  }
};
