/** An account as LogonUser takes it. */
export interface AccountName {
  readonly user: string;
  /** `.` is this machine; null lets the user's part say it. */
  readonly domain: string | null;
}

/** Of `DOMAIN\name`, `name@domain`, or `name`, which is an account of this machine. */
export function accountName(text: string): AccountName {
  const backslash = text.indexOf("\\");
  if (backslash >= 0) return { user: text.slice(backslash + 1), domain: text.slice(0, backslash) || "." };
  return { user: text, domain: text.includes("@") ? null : "." };
}
