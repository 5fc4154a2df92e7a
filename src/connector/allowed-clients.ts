import { BlockList, isIP } from "node:net";
import { QBError } from "../errors.js";

/**
 * Which addresses may connect: single addresses, CIDR ranges and IPv4 wildcards (`192.168.1.*`), separated by commas.
 * Empty, or `*`, lets everyone in. Names of hosts are not looked up. Throws `QB_INVALID_ARGUMENT`.
 */
export class AllowedClients {
  readonly text: string;
  readonly #list: BlockList | undefined;

  constructor(text: string) {
    const rules = text
      .split(",")
      .map((rule) => rule.trim())
      .filter((rule) => rule !== "");
    this.text = rules.join(", ");
    if (rules.length === 0 || rules.includes("*")) return;
    this.#list = new BlockList();
    for (const rule of rules) addRule(this.#list, rule);
  }

  allows(address: string): boolean {
    if (this.#list === undefined) return true;
    const plain = withoutMapping(address);
    const version = isIP(plain);
    return version !== 0 && this.#list.check(plain, version === 6 ? "ipv6" : "ipv4");
  }
}

/** `::ffff:10.0.0.1` is how a dual-stack socket shows an IPv4 client. */
export function withoutMapping(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}

function addRule(list: BlockList, rule: string): void {
  const [address = "", prefix, ...more] = wildcardAsRange(rule).split("/");
  const version = isIP(address);
  const bits = version === 6 ? 128 : 32;
  const length = prefix === undefined ? bits : Number(prefix);
  const valid = version !== 0 && more.length === 0 && /^\d{1,3}$/.test(prefix ?? "0") && length <= bits;
  if (!valid) {
    throw new QBError(
      "QB_INVALID_ARGUMENT",
      `allowedClients: "${rule}" is not an address, a range like 10.0.0.0/8 or 10.0.*`,
    );
  }
  list.addSubnet(address, length, version === 6 ? "ipv6" : "ipv4");
}

function wildcardAsRange(rule: string): string {
  if (!/^\d{1,3}(?:\.\d{1,3}){0,2}(?:\.\*){1,3}$/.test(rule)) return rule;
  const numbers = rule.split(".").filter((part) => part !== "*");
  const zeros: string[] = Array<string>(4 - numbers.length).fill("0");
  return `${[...numbers, ...zeros].join(".")}/${numbers.length * 8}`;
}
