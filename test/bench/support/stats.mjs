/** The value below which the share `q` (0 to 1) of the values lies, interpolated; NaN where there is none. */
export function quantile(values, q) {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  if (sorted.length === 0) return NaN;
  const position = (sorted.length - 1) * q;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  return below + (above - below) * (position - Math.floor(position));
}

export const median = (values) => quantile(values, 0.5);

/** Three digits that matter: 1234 → "1,234", 12.34 → "12.3", 0.1234 → "0.123". A dash where nothing was measured. */
export function figure(value) {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  return value.toLocaleString('en', {
    maximumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3,
    useGrouping: true,
  });
}

/** "least / **median** / greatest" */
export const spread = (values) =>
  `${figure(quantile(values, 0))} / **${figure(median(values))}** / ${figure(quantile(values, 1))}`;

/** Prints a Markdown table; numbers are written by `figure`. */
export function table(head, rows) {
  const line = (cells) =>
    `| ${cells.map((cell) => (typeof cell === 'number' ? figure(cell) : cell)).join(' | ')} |`;
  console.log([line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n'));
}

/**
 * A row for a table of goals: what, what was measured, the goal, and whether it is met. A goal that is missed,
 * or that could not be measured, is said as plainly as one that is met.
 */
export function goalRow(what, measured, most, unit) {
  const verdict = !Number.isFinite(measured) ? '**not measured**' : measured <= most ? 'met' : '**missed**';
  return [what, `${figure(measured)} ${unit}`, `at most ${figure(most)} ${unit}`, verdict];
}

export const goalHead = ['goal', 'measured', 'goal is', ''];
