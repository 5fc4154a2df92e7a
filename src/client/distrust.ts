/** OpenSSL's and Node's reasons not to trust a certificate, for people. */
const REASONS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "it is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "its authority is not trusted here",
  UNABLE_TO_GET_ISSUER_CERT: "its authority is not trusted here",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its authority is not trusted here",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its authority is not trusted here",
  CERT_UNTRUSTED: "its authority is not trusted here",
  CERT_HAS_EXPIRED: "it has expired",
  CERT_NOT_YET_VALID: "it is not valid yet",
  CERT_SIGNATURE_FAILURE: "its signature is wrong",
  CERT_REVOKED: "it was revoked",
  INVALID_PURPOSE: "it is not meant for servers",
  HOSTNAME_MISMATCH: "it is for another host",
  ERR_TLS_CERT_ALTNAME_INVALID: "it is for another host than the one in the URL",
};

export function isDistrust(code: string): boolean {
  return Object.hasOwn(REASONS, code);
}

export function explainDistrust(code: string): string {
  return `${REASONS[code] ?? "it cannot be verified"} (${code})`;
}
