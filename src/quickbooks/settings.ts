import type { ConnectionString } from "../connection-string.js";
import type { FileMode, QuickBooksSettings } from "./request-processor.js";

const DEFAULT_APPLICATION_NAME = "qbconnector";

/** The settings that a connection string asks for; `authFlags` and `readOnly` hold where the string does not say. */
export function quickBooksSettings(
  values: ConnectionString,
  {
    authFlags,
    readOnly = false,
  }: { readonly authFlags?: number | undefined; readonly readOnly?: boolean } = {},
): QuickBooksSettings {
  return Object.freeze({
    applicationName: values.ApplicationName ?? DEFAULT_APPLICATION_NAME,
    applicationId: values.ApplicationID ?? "",
    companyFile: values.CompanyFile ?? "",
    mode:
      (values.ConnectionMode ?? "DontCare") === "DontCare"
        ? "DoNotCare"
        : (values.ConnectionMode as FileMode),
    authFlags: values.AuthFlags === undefined ? authFlags : Number(values.AuthFlags) || undefined,
    readOnly: readOnly || values.ReadOnly === "true",
  });
}
