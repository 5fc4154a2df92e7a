import { randomInt } from "node:crypto";

/** Letters and digits that nobody confuses; none needs a quote in a shell, a URL or a connection string. */
const ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
const LENGTH = 24;

/** Some 139 bits of chance. */
export function generatePassword(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join("");
}
