/* Looks like advapi32.dll to src/windows/logon-thread.ts, and knows some accounts. Every password is "right".
   Tokens are real handles with names, so that it can be seen whether they were closed. */
#include <windows.h>
#include <wchar.h>

typedef struct {
  const wchar_t *name;
  DWORD error;
} Account;

static const Account ACCOUNTS[] = {
    {L"right", 0},      {L"guest", 0},      {L"restricted", 1327}, {L"hours", 1328},   {L"workstation", 1329},
    {L"expired", 1330}, {L"disabled", 1331}, {L"nocontroller", 1311}, {L"nodomain", 1355}, {L"notgranted", 1385},
    {L"ended", 1793},   {L"mustchange", 1907}, {L"locked", 1909},   {L"odd", 4242},      {L"right@foo.example", 0},
};

static volatile LONG calls, tokens, threads;
static DWORD slot = TLS_OUT_OF_INDEXES;
static volatile LONG asGuest;
static wchar_t last[1024];

BOOL WINAPI DllMain(HINSTANCE library, DWORD reason, LPVOID reserved) {
  (void)library;
  (void)reserved;
  if (reason == DLL_PROCESS_ATTACH) slot = TlsAlloc();
  if (reason == DLL_PROCESS_DETACH) TlsFree(slot);
  return slot != TLS_OUT_OF_INDEXES;
}

/* A new thread has nothing in its slot, even where its number was another's before. */
static void countThread(void) {
  if (TlsGetValue(slot)) return;
  TlsSetValue(slot, &slot);
  InterlockedIncrement(&threads);
}

static HANDLE named(LONG number, BOOL make) {
  wchar_t name[64];
  wsprintfW(name, L"qbconnector-token-%lu-%ld", GetCurrentProcessId(), number);
  return make ? CreateEventW(NULL, TRUE, FALSE, name) : OpenEventW(SYNCHRONIZE, FALSE, name);
}

static BOOL refuse(DWORD error) {
  SetLastError(error);
  return FALSE;
}

__declspec(dllexport) BOOL WINAPI LogonUserW(LPCWSTR user, LPCWSTR domain, LPCWSTR password, DWORD type, DWORD provider,
                                             PHANDLE token) {
  size_t i;
  InterlockedIncrement(&calls);
  countThread();
  _snwprintf(last, 1023, L"%ls|%ls|%lu|%lu", user, domain ? domain : L"(null)", type, provider);
  if (!wcsncmp(user, L"slow", 4)) Sleep(2000);
  for (i = 0; i < sizeof ACCOUNTS / sizeof *ACCOUNTS; i++) {
    if (wcscmp(user, ACCOUNTS[i].name)) continue;
    if (ACCOUNTS[i].error) return refuse(ACCOUNTS[i].error);
    if (wcscmp(user, L"guest") && wcscmp(password, L"right") && wcscmp(password, L"\x00fc\x20ac\xd83d\xde00")) break;
    *token = named(InterlockedIncrement(&tokens), TRUE);
    asGuest = !wcscmp(user, L"guest");
    return TRUE;
  }
  return refuse(1326);
}

/* S-1-5-21-1-2-3-N, where 501 is the guest. */
__declspec(dllexport) BOOL WINAPI GetTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS kind, LPVOID information,
                                                      DWORD length, PDWORD needed) {
  static const BYTE start[] = {1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0};
  DWORD relative = asGuest ? 501 : 1001;
  BYTE *sid = (BYTE *)information + sizeof(TOKEN_USER);
  *needed = sizeof(TOKEN_USER) + sizeof start + 4;
  if (kind != TokenUser || length < *needed || WaitForSingleObject(token, 0) == WAIT_FAILED) return refuse(87);
  ((TOKEN_USER *)information)->User.Sid = sid;
  ((TOKEN_USER *)information)->User.Attributes = 0;
  CopyMemory(sid, start, sizeof start);
  CopyMemory(sid + sizeof start, &relative, 4);
  return TRUE;
}

__declspec(dllexport) BOOL WINAPI CopySid(DWORD length, PSID copy, PSID sid) {
  DWORD needed = 8 + 4 * ((BYTE *)sid)[1];
  if (length < needed) return refuse(122);
  CopyMemory(copy, sid, needed);
  return TRUE;
}

__declspec(dllexport) LONG WINAPI StubCalls(void) { return calls; }

/* How many threads have called LogonUserW. */
__declspec(dllexport) LONG WINAPI StubThreads(void) { return threads; }

/* name|domain|type|provider */
__declspec(dllexport) LPCWSTR WINAPI StubLastCall(void) { return last; }

__declspec(dllexport) LONG WINAPI StubTokens(void) { return tokens; }

__declspec(dllexport) LONG WINAPI StubOpenTokens(void) {
  LONG number, open = 0;
  for (number = 1; number <= tokens; number++) {
    HANDLE token = named(number, FALSE);
    if (!token) continue;
    open++;
    CloseHandle(token);
  }
  return open;
}
