import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

export interface ScryptCall {
  readonly password: string;
  /** Blocks that are filled and mixed: what it costs. */
  readonly blocks: number;
}

/** The password hashes that are computed while `work` runs, in the order in which they begin. */
export async function scryptWork(
  work: (calls: readonly ScryptCall[]) => Promise<unknown>,
): Promise<ScryptCall[]> {
  const original = Object.getOwnPropertyDescriptor(crypto, "scrypt") as PropertyDescriptor;
  const scrypt = crypto.scrypt.bind(crypto);
  const calls: ScryptCall[] = [];
  crypto.scrypt = ((...args: Parameters<typeof scrypt>) => {
    const [password, , , { N = 0, r = 0, p = 0 }] = args;
    calls.push({ password: password as string, blocks: N * r * p });
    scrypt(...args);
  }) as typeof scrypt;
  syncBuiltinESMExports();
  try {
    await work(calls);
  } finally {
    Object.defineProperty(crypto, "scrypt", original);
    syncBuiltinESMExports();
  }
  return calls;
}

/** How many there are. */
export async function countScrypt(work: () => Promise<unknown>): Promise<number> {
  return (await scryptWork(work)).length;
}
