import { makeParts } from "./connection-parts.js";
import { parseOnlineConnectionString } from "./online-connection-string.js";
import { OnlineConnection } from "./online-connection.js";
import type { OnlineOptions } from "./online-options.js";
import { onlineSettings } from "./settings.js";

/**
 * Connects to a company of QuickBooks Online as the connection string says.
 *
 * With `InitiateOAuth=GETANDREFRESH` a browser opens when nobody has connected yet; with `REFRESH` stored or given tokens
 * are used and renewed; with `OFF`, the default, nothing happens by itself.
 */
export async function connect(
  connectionString: string,
  options: OnlineOptions = {},
): Promise<OnlineConnection> {
  const settings = onlineSettings(parseOnlineConnectionString(connectionString));
  const parts = await makeParts(settings, options, ({ issuedAt, expiresIn }) =>
    connection.refreshed(issuedAt + expiresIn * 1_000),
  );
  const connection = new OnlineConnection(parts);
  try {
    await connection.establish();
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}
