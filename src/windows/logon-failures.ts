/** Why a logon did not succeed. */
export interface LogonFailure {
  /** Windows judged, and said no. Otherwise it could not judge, and the password may be right. */
  readonly judged: boolean;
  /** For the operator: what is wrong, and what to do when that is not plain. */
  readonly reason: string;
}

const NOT_REACHED =
  "no domain controller answers: see to the network and the name servers of this machine, and to the domain's name";
const NOT_TRUSTED =
  "this machine and its domain do not trust each other any more: an administrator has to join it to the domain again";

/** By the number that GetLastError gives. */
const JUDGED: Readonly<Record<number, string>> = Object.freeze({
  1326: "the user name or the password is wrong",
  1327: "a policy of Windows restricts the account",
  1328: "the account may not log on at this time of day",
  1329: "the account may not log on at this computer",
  1330: "the password has expired: its owner has to change it",
  1331: "the account is disabled",
  1380: "the account may not log on at this computer in this way: Local Security Policy, User Rights Assignment",
  1385:
    'the account may not log on in this way: it needs the right "Access this computer from the network", ' +
    'with UseInteractiveLogon the right "Allow log on locally"',
  1793: "the account has expired",
  1907: "the password must be changed before the first logon",
  1909: "the account is locked out: unlock it, or wait until Windows does",
});

const NOT_JUDGED: Readonly<Record<number, string>> = Object.freeze({
  1311: NOT_REACHED,
  1355: NOT_REACHED,
  1398: "the clocks of this machine and of the domain controller differ too much",
  1722: NOT_REACHED,
  1786: NOT_TRUSTED,
  1787: NOT_TRUSTED,
  1788: NOT_TRUSTED,
  1789: NOT_TRUSTED,
});

export function logonFailure(lastError: number): LogonFailure {
  const reason = JUDGED[lastError];
  if (reason !== undefined) return { judged: true, reason };
  return { judged: false, reason: NOT_JUDGED[lastError] ?? `Windows gives error ${lastError}` };
}
