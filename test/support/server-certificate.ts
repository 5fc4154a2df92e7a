import {
  ServerCertificate,
  type ServerCertificateOptions,
} from "../../dist/connector/certificate/server-certificate.js";
import type { ServerIdentity } from "../../dist/connector/certificate/server-identity.js";
import type { QBError } from "../../dist/errors.js";

/** What the connector uses of it, and the declarations do not show. */
export interface InternalCertificate extends ServerCertificate {
  reset(options?: ServerCertificateOptions): void;
  identity(): ServerIdentity;
  warning(): string | undefined;
}

interface Surroundings {
  readonly selfMadeFile: () => string;
  readonly onError?: (error: QBError) => void;
}

type Constructor = new (
  surroundings: Surroundings,
  options?: ServerCertificateOptions,
) => InternalCertificate;

/** A connector's `sslCert`, without the connector. */
export function serverCertificate(
  surroundings: Surroundings,
  options?: ServerCertificateOptions,
): InternalCertificate {
  return new (ServerCertificate as unknown as Constructor)(surroundings, options);
}
