import { fail, pass, skip, warn, type Check } from "../../diagnosis.js";

/** `ours`: a connector listens there; `taken`: something else does; else the system's code for why it cannot be had. */
export type PortState = "listening" | "free" | "ours" | "taken" | { readonly refused: string };

export interface PortFacts {
  readonly host: string;
  readonly port: number;
  readonly state: PortState;
}

export function checkPort({ host, port, state }: PortFacts): Check {
  const place = `${host}, port ${port}`;
  if (state === "listening") return pass("port", `this connector listens on ${place}`);
  if (port === 0) return skip("port", "none is set: a free one is taken when the connector starts");
  if (state === "ours") return pass("port", `a connector listens on ${place}`);
  if (state === "free")
    return warn(
      "port",
      `nothing listens on ${place}; the port is free`,
      "Start the connector: qbconnector serve",
    );
  if (state === "taken")
    return fail(
      "port",
      `another program, which is no connector, listens on ${place}`,
      "End that program, or choose another port: localPort in the config file, and in the URL of every client.",
    );
  return refused(place, state.refused);
}

function refused(place: string, code: string): Check {
  const fix =
    code === "EADDRNOTAVAIL" || code === "ENOTFOUND"
      ? "No network card of this machine has that address: correct localHost in the config file."
      : "Choose another port, above 1023 and not reserved: localPort in the config file.";
  return fail("port", `the system does not let a connector listen on ${place} (${code})`, fix);
}
