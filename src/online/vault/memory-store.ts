import { inTurn } from "./file-lock.js";
import type { TokenStore } from "./token-store.js";

const texts = new Map<string, string>();

/** Keeps the text in this process, shared by all stores with the same id and gone with it. */
export function memoryStore(id: string): TokenStore {
  const name = `memory://${id}`;
  return Object.freeze({
    name,
    read: async () => texts.get(name),
    replace: async (expected: string | undefined, next: string) => {
      if (texts.get(name) !== expected) return false;
      texts.set(name, next);
      return true;
    },
    exclusively: <Result>(work: () => Promise<Result>) => inTurn(name, work),
  });
}
