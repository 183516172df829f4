/**
 * Milliseconds that this process has computed so far. Tests of what grows in proportion compare these: other work of
 * the machine does not count.
 */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
