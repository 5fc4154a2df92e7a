// A request processor that answers at once.
import { RESPONSE } from "../messages.mjs";

export const SETTINGS = {
  applicationName: "bench",
  applicationId: "",
  companyFile: "",
  mode: "DoNotCare",
  authFlags: undefined,
  readOnly: false,
};

export const instantProcessor = {
  async open() {
    return { companyFile: "C:\\bench.qbw", process: async () => RESPONSE, close: async () => {} };
  },
};
