// Now and then Wine 8 starts no process, with an error that means nothing (spawn UNKNOWN). Then it is tried again.
const programs = require("node:child_process");
const { syncBuiltinESMExports } = require("node:module");

const ATTEMPTS = 3;

for (const name of ["fork", "spawn"]) {
  const start = programs[name];
  programs[name] = function startPatiently(...args) {
    for (let attempt = 1; ; attempt++) {
      try {
        return start.apply(this, args);
      } catch (error) {
        if (error.code !== "UNKNOWN" || attempt === ATTEMPTS) throw error;
      }
    }
  };
}
syncBuiltinESMExports();
