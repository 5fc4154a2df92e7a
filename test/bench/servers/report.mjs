// What every server of the benchmarks tells its parent.
export function report(port) {
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send({ cpu: user + system });
  });
  process.on("disconnect", () => process.exit(0));
  process.send({ port });
}
