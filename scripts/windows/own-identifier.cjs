// The whoami of Wine 8 knows no options and prints the name alone; that of Windows prints the identifier, too.
const programs = require("node:child_process");
const { syncBuiltinESMExports } = require("node:module");

const { execFileSync } = programs;
programs.execFileSync = function execWithIdentifier(file, ...more) {
  const printed = execFileSync.call(this, file, ...more);
  return /\\whoami\.exe$/i.test(file) ? `"${printed.trim()}","S-1-5-21-0-0-0-1000"\r\n` : printed;
};
syncBuiltinESMExports();
