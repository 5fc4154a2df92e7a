/* Looks like crypt32.dll to src/windows/certificate-stores.ts. Stores and certificates are those of the real one, counted; the
   export, which Wine does not have, answers with NAME.pfx for the certificate in NAME.der, and refuses all others. */
#include <windows.h>
#include <wincrypt.h>
#include <wchar.h>

#define REAL(name) ((name##_t)(void *)GetProcAddress(LoadLibraryW(L"crypt32.dll"), #name))
#define EXPORT __declspec(dllexport)

typedef HCERTSTORE(WINAPI *CertOpenStore_t)(LPCSTR, DWORD, HCRYPTPROV_LEGACY, DWORD, const void *);
typedef BOOL(WINAPI *CertCloseStore_t)(HCERTSTORE, DWORD);
typedef PCCERT_CONTEXT(WINAPI *CertEnumCertificatesInStore_t)(HCERTSTORE, PCCERT_CONTEXT);
typedef BOOL(WINAPI *CertFreeCertificateContext_t)(PCCERT_CONTEXT);
typedef BOOL(WINAPI *CertGetCertificateContextProperty_t)(PCCERT_CONTEXT, DWORD, void *, DWORD *);
typedef BOOL(WINAPI *CertAddCertificateContextToStore_t)(HCERTSTORE, PCCERT_CONTEXT, DWORD, PCCERT_CONTEXT *);
typedef LPVOID(WINAPI *CryptMemAlloc_t)(ULONG);
typedef VOID(WINAPI *CryptMemFree_t)(LPVOID);

static LONG held, exports;
static DWORD refusal;
static wchar_t folder[MAX_PATH], lastPassword[128];

EXPORT HCERTSTORE WINAPI CertOpenStore(LPCSTR provider, DWORD encoding, HCRYPTPROV_LEGACY csp, DWORD flags,
                                       const void *parameter) {
  HCERTSTORE store = REAL(CertOpenStore)(provider, encoding, csp, flags, parameter);
  if (store) held++;
  return store;
}

EXPORT BOOL WINAPI CertCloseStore(HCERTSTORE store, DWORD flags) {
  held--;
  return REAL(CertCloseStore)(store, flags);
}

EXPORT PCCERT_CONTEXT WINAPI CertEnumCertificatesInStore(HCERTSTORE store, PCCERT_CONTEXT before) {
  PCCERT_CONTEXT next = REAL(CertEnumCertificatesInStore)(store, before);
  held += (next != NULL) - (before != NULL);
  return next;
}

EXPORT BOOL WINAPI CertFreeCertificateContext(PCCERT_CONTEXT certificate) {
  held--;
  return REAL(CertFreeCertificateContext)(certificate);
}

EXPORT BOOL WINAPI CertGetCertificateContextProperty(PCCERT_CONTEXT certificate, DWORD property, void *data, DWORD *size) {
  return REAL(CertGetCertificateContextProperty)(certificate, property, data, size);
}

EXPORT BOOL WINAPI CertAddCertificateContextToStore(HCERTSTORE store, PCCERT_CONTEXT certificate, DWORD how,
                                                    PCCERT_CONTEXT *copy) {
  return REAL(CertAddCertificateContextToStore)(store, certificate, how, copy);
}

EXPORT LPVOID WINAPI CryptMemAlloc(ULONG size) {
  held++;
  return REAL(CryptMemAlloc)(size);
}

EXPORT VOID WINAPI CryptMemFree(LPVOID memory) {
  held--;
  REAL(CryptMemFree)(memory);
}

static BOOL fail(DWORD error) {
  SetLastError(error);
  return FALSE;
}

static DWORD readFile(const wchar_t *name, const wchar_t *extension, BYTE *bytes, DWORD size) {
  wchar_t path[MAX_PATH];
  DWORD length = 0;
  HANDLE file;
  _snwprintf(path, MAX_PATH, L"%ls\\%ls.%ls", folder, name, extension);
  file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
  if (file == INVALID_HANDLE_VALUE) return 0;
  if (!ReadFile(file, bytes, size, &length, NULL)) length = 0;
  CloseHandle(file);
  return length;
}

/* The only certificate of the store, and it has to be the only one. */
static PCCERT_CONTEXT only(HCERTSTORE store) {
  PCCERT_CONTEXT first = REAL(CertEnumCertificatesInStore)(store, NULL);
  PCCERT_CONTEXT copy = first ? CertDuplicateCertificateContext(first) : NULL;
  PCCERT_CONTEXT second = first ? REAL(CertEnumCertificatesInStore)(store, first) : NULL;
  if (!second) return copy;
  REAL(CertFreeCertificateContext)(second);
  REAL(CertFreeCertificateContext)(copy);
  return NULL;
}

EXPORT BOOL WINAPI PFXExportCertStoreEx(HCERTSTORE store, CRYPT_DATA_BLOB *pfx, LPCWSTR password, void *parameter,
                                        DWORD flags) {
  static const wchar_t *const NAMES[] = {L"shop", L"books"};
  static BYTE der[16384], bytes[16384];
  DWORD length = 0, size, i, given = pfx->cbData;
  PCCERT_CONTEXT certificate = only(store);
  exports++;
  wcsncpy(lastPassword, password, 127);
  if (!certificate || parameter || flags != 7) return fail(ERROR_INVALID_PARAMETER);
  for (i = 0; i < 2 && !length; i++) {
    size = readFile(NAMES[i], L"der", der, sizeof der);
    if (size == certificate->cbCertEncoded && !memcmp(der, certificate->pbCertEncoded, size))
      length = readFile(NAMES[i], L"pfx", bytes, sizeof bytes);
  }
  REAL(CertFreeCertificateContext)(certificate);
  if (refusal || !length) return fail(refusal ? refusal : 0x8009000B);
  pfx->cbData = length;
  if (!pfx->pbData) return TRUE;
  if (given < length) return fail(ERROR_MORE_DATA);
  CopyMemory(pfx->pbData, bytes, length);
  return TRUE;
}

/* Where the files are, and with what the export fails, or 0. */
EXPORT VOID WINAPI StubScript(LPCWSTR place, DWORD error) {
  wcsncpy(folder, place, MAX_PATH - 1);
  refusal = error;
}

/* Stores, certificates and memory that were not given back. */
EXPORT LONG WINAPI StubHeld(void) { return held; }

EXPORT LONG WINAPI StubExports(void) { return exports; }

EXPORT LPCWSTR WINAPI StubLastPassword(void) { return lastPassword; }
