import type { HostSettings, ServerChoice } from "../../../dist/quickbooks/com/host-protocol.js";

export const newestServer: ServerChoice = Object.freeze({
  progId: "QBXMLRP2.RequestProcessor.2",
  clsid: "{71F531F5-8E67-4A7A-9161-15733FFC3206}",
  kind: "in-process",
});

/** It knows AuthPreferences, but no PutAuthFlags. */
export const olderServer: ServerChoice = Object.freeze({
  ...newestServer,
  progId: "QBXMLRP2.RequestProcessor.1",
  clsid: "{45F5708E-3B43-4FA8-BE7E-A5F1849214CB}",
});

/** Of the first generation: neither OpenConnection2 nor AuthPreferences. */
export const oldestServer: ServerChoice = Object.freeze({
  ...newestServer,
  progId: "QBXMLRP.RequestProcessor",
  clsid: "{2D0E74B6-021A-11D5-9054-00508BF70A94}",
});

/** In a process of its own. */
export const outOfProcessServer: ServerChoice = Object.freeze({
  progId: "QBXMLRP2e.RequestProcessor",
  clsid: "{6B1F0C53-93D4-4C0E-8E2B-5A770D1C64E9}",
  kind: "local-server",
});

export const plainSettings: HostSettings = Object.freeze({
  applicationName: "Test",
  applicationId: "",
  companyFile: "C:\\Books\\Our company.qbw",
  mode: "DoNotCare",
  authFlags: undefined,
  readOnly: false,
  unattendedMode: undefined,
  personalData: undefined,
});

export const everySetting: HostSettings = Object.freeze({
  ...plainSettings,
  applicationId: "id-1",
  mode: "MultiUser",
  authFlags: 0x8000000f,
  readOnly: true,
  unattendedMode: "optional",
  personalData: "notNeeded",
});
