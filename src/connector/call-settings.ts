import type { ConnectionString } from "../connection-string.js";
import type { QuickBooksSettings } from "../quickbooks/request-processor.js";
import { quickBooksSettings } from "../quickbooks/settings.js";
import { mergeSettings, readSettingsHeader } from "./policy.js";

interface Defaults {
  readonly authFlags: number | undefined;
  readonly readOnly: boolean;
}

/** How QuickBooks is to be opened for a request; made once for all requests that ask for nothing of their own. */
export class CallSettings {
  readonly #allowed: ReadonlySet<string>;
  readonly #made = new WeakMap<ConnectionString, Defaults & { readonly settings: QuickBooksSettings }>();

  /** @param allowed What clients may choose. */
  constructor(allowed: ReadonlySet<string>) {
    this.#allowed = allowed;
  }

  /**
   * @param server What the server says for this user.
   * @param header What the request asks for.
   */
  of(
    server: ConnectionString,
    header: string | string[] | undefined,
    defaults: Defaults,
  ): QuickBooksSettings {
    if (header === undefined) return this.#unasked(server, defaults);
    const asked = readSettingsHeader(Array.isArray(header) ? header.join(", ") : header);
    return quickBooksSettings(mergeSettings(server, asked, this.#allowed), defaults);
  }

  #unasked(server: ConnectionString, { authFlags, readOnly }: Defaults): QuickBooksSettings {
    const made = this.#made.get(server);
    if (made !== undefined && made.authFlags === authFlags && made.readOnly === readOnly)
      return made.settings;
    const settings = quickBooksSettings(server, { authFlags, readOnly });
    this.#made.set(server, { authFlags, readOnly, settings });
    return settings;
  }
}
