/** Prints the share that ran, by dialect, and the reasons of all others, most frequent first. */
export function printReport(results) {
  const dialects = [...new Set(results.map(({ dialect }) => dialect))].sort();
  console.log('| Dialect | Ran | Of | Share | Needs something from outside | Disabled |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const dialect of [...dialects, null]) {
    const own = results.filter((each) => dialect === null || each.dialect === dialect);
    const count = (outcome) => own.filter((each) => each.outcome === outcome).length;
    const total = count('ran') + count('failed');
    const share = total === 0 ? '' : `${((100 * count('ran')) / total).toFixed(1)} %`;
    console.log(
      `| ${dialect ?? 'all'} | ${count('ran')} | ${total} | ${share} | ${count('outside')} | ${count('disabled')} |`,
    );
  }
  printReasons('Did not run', results, 'failed');
  printReasons('Needs something from outside the file', results, 'outside');
}

function printReasons(title, results, outcome) {
  const groups = Map.groupBy(
    results.filter((each) => each.outcome === outcome),
    ({ reason }) => reason,
  );
  if (groups.size === 0) return;
  console.log(`\n## ${title}`);
  for (const [reason, members] of [...groups].sort((a, b) => b[1].length - a[1].length)) {
    console.log(`\n${members.length} × ${reason}`);
    for (const { file, line, error } of members) {
      const said = error === null ? '' : `  ${error.message.split('\n')[0].slice(0, 110)}`;
      console.log(`  ${file}:${line}${said}`);
    }
  }
}
