import { QBError } from "../errors.js";

export interface Setting {
  read(): string;
  /** Absent: the setting can only be read. */
  write?(value: string): void;
}

/** Finds a setting by its documented name, also `ReadOnly[2]`; undefined when there is none. */
export type SettingLookup = (name: string, index: number | undefined) => Setting | undefined;

const FORM = /^\s*([A-Za-z]+)(?:\[(\d{1,5})\])?\s*(?:=([^]*))?$/;

/**
 * `Name=Value` sets, `Name` reads; the new or present value comes back as text.
 * Throws `QB_UNKNOWN_SETTING` for names that are not documented, `QB_INVALID_ARGUMENT` for values that are not valid.
 */
export function applyConfiguration(text: string, lookup: SettingLookup): string {
  const [, name = "", index, value] = FORM.exec(text) ?? [];
  const setting = lookup(name, index === undefined ? undefined : Number(index));
  if (setting === undefined) {
    throw new QBError(
      "QB_UNKNOWN_SETTING",
      `"${text.split("=", 1)[0]?.trim().slice(0, 60)}" is not a configuration setting`,
    );
  }
  if (value !== undefined) {
    if (setting.write === undefined) throw new QBError("QB_INVALID_ARGUMENT", `${name} can only be read`);
    setting.write(value.trim());
  }
  return setting.read();
}

/** Throws `QB_INVALID_ARGUMENT`. */
export function parseBoolean(name: string, value: string): boolean {
  if (/^(?:true|1)$/i.test(value)) return true;
  if (/^(?:false|0)$/i.test(value)) return false;
  throw new QBError("QB_INVALID_ARGUMENT", `${name} is true or false`);
}

/** A whole number, decimal or `0x` hexadecimal. Throws `QB_INVALID_ARGUMENT`. */
export function parseWholeNumber(name: string, value: string, greatest: number): number {
  const number = /^(?:\d{1,10}|0x[0-9a-f]{1,8})$/i.test(value) ? Number(value) : NaN;
  if (Number.isSafeInteger(number) && number <= greatest) return number;
  throw new QBError("QB_INVALID_ARGUMENT", `${name} is a whole number from 0 to ${greatest}`);
}
