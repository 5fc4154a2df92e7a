/** What the command's exit code says. `docs/reference/command-line.md` is the same table. */
export const EXIT = Object.freeze({
  done: 0,
  /** Wrong use: bad options, an unreadable file, a bad connection string, a port that is taken. */
  wrongUse: 1,
  /** At least one request of the message set has an Error status. */
  requestFailed: 2,
  /** The connector or QuickBooks failed, or could not be reached; nothing was applied. */
  nothingApplied: 3,
  /** Whether the message set was applied is not known. */
  outcomeUnknown: 4,
  /** `lint` found at least one error, `doctor` a check that failed, `online status` nobody logged in. */
  findings: 5,
  /** The second Ctrl-C. */
  interrupted: 130,
});
