#include "processor.h"
#include "hresults.h"

#include <stdlib.h>
#include <wchar.h>

#define SOURCE L"QBXMLRP2.RequestProcessor"
#define CANNED_FILE L"C:\\Stub\\Company.qbw"
#define CANNED_RESPONSE                                                                                            \
  L"<?xml version=\"1.0\" ?>\n<QBXML>\n<QBXMLMsgsRs>\n<HostQueryRs statusCode=\"0\" statusSeverity=\"Info\" "      \
  L"statusMessage=\"Status OK\"/>\n</QBXMLMsgsRs>\n</QBXML>\n"

enum { LOCAL_QBD = 1, REMOTE_QBOE = 4, RELEASE = 3 };

LONG live_objects = 0;

HRESULT refuse(Processor *self, HRESULT hresult, const WCHAR *description) {
  SysFreeString(self->last_error);
  self->last_error = SysAllocString(description == NULL ? L"" : description);
  return fail_with(hresult, &processor_interface, SOURCE, description);
}

HRESULT enter(Processor *self) {
  SetErrorInfo(0, NULL);
  return self->thread == GetCurrentThreadId() ? S_OK : RPC_E_WRONG_THREAD;
}

HRESULT ask(Processor *self, const char *method, const BSTR *arguments, int count, const WCHAR *canned, BSTR *value) {
  ScriptAnswer answer = script_ask(&self->script, method, arguments, count, canned);
  HRESULT hresult = answer.hresult;
  if (FAILED(hresult)) {
    BOOL described = SysStringLen(answer.description) > 0;
    refuse(self, hresult, described ? answer.description : NULL);
  } else if (value != NULL) {
    *value = answer.value;
    answer.value = NULL;
  }
  script_forget(&answer);
  return hresult;
}

HRESULT ask_number(Processor *self, const char *method, int number) {
  WCHAR text[16];
  BSTR argument;
  HRESULT hresult;
  swprintf(text, 16, L"%d", number);
  argument = SysAllocString(text);
  hresult = ask(self, method, &argument, 1, L"", NULL);
  SysFreeString(argument);
  return hresult;
}

HRESULT check_ticket(Processor *self, BSTR ticket) {
  if (self->connection == 0) return refuse(self, QB_NO_CONNECTION, L"Stub: OpenConnection was not called.");
  if (self->ticket == NULL) return refuse(self, QB_NO_SESSION, L"Stub: BeginSession was not called, or failed.");
  if (ticket != NULL && !wcscmp(ticket, self->ticket)) return S_OK;
  return refuse(self, QB_WRONG_TICKET, L"Stub: this ticket is not that of the session.");
}

/* Of a benchmark: without a script, every request is its own answer. */
static BOOL echoes(void) {
  return GetEnvironmentVariableA("QBSTUB_ECHO", NULL, 0) > 0;
}

static HRESULT STDMETHODCALLTYPE ProcessRequest(Processor *self, BSTR ticket, BSTR request, BSTR *response) {
  BSTR arguments[] = {ticket, request};
  const WCHAR *canned = echoes() ? request : CANNED_RESPONSE;
  HRESULT hresult = enter(self);
  *response = NULL;
  if (SUCCEEDED(hresult)) hresult = check_ticket(self, ticket);
  return FAILED(hresult) ? hresult : ask(self, "ProcessRequest", arguments, 2, canned, response);
}

static HRESULT may_open(Processor *self, BSTR name, int type) {
  HRESULT hresult = enter(self);
  if (FAILED(hresult)) return hresult;
  if (self->connection != 0) return refuse(self, QB_SECOND_CONNECTION, L"Stub: OpenConnection was called twice.");
  if (SysStringLen(name) == 0) return refuse(self, QB_NO_APPLICATION_NAME, L"Stub: no application name.");
  if (type >= LOCAL_QBD && type <= REMOTE_QBOE) return S_OK;
  return refuse(self, QB_WRONG_CONNECTION_TYPE, L"Stub: connection types are 1 to 4.");
}

static HRESULT STDMETHODCALLTYPE OpenConnection(Processor *self, BSTR id, BSTR name) {
  BSTR arguments[] = {id, name};
  HRESULT hresult = may_open(self, name, LOCAL_QBD);
  if (SUCCEEDED(hresult)) hresult = ask(self, "OpenConnection", arguments, 2, L"", NULL);
  if (SUCCEEDED(hresult)) self->connection = LOCAL_QBD;
  return hresult;
}

static HRESULT STDMETHODCALLTYPE OpenConnection2(Processor *self, BSTR id, BSTR name, int type) {
  BSTR arguments[] = {id, name, NULL};
  WCHAR text[16];
  HRESULT hresult = may_open(self, name, type);
  if (FAILED(hresult)) return hresult;
  swprintf(text, 16, L"%d", type);
  arguments[2] = SysAllocString(text);
  hresult = ask(self, "OpenConnection2", arguments, 3, L"", NULL);
  SysFreeString(arguments[2]);
  if (SUCCEEDED(hresult)) self->connection = type;
  return hresult;
}

static void forget_session(Processor *self) {
  SysFreeString(self->ticket);
  self->ticket = NULL;
}

static HRESULT STDMETHODCALLTYPE CloseConnection(Processor *self) {
  HRESULT hresult = enter(self);
  if (FAILED(hresult)) return hresult;
  if (self->connection == 0) return refuse(self, QB_NO_CONNECTION, L"Stub: OpenConnection was not called.");
  hresult = ask(self, "CloseConnection", NULL, 0, L"", NULL);
  if (FAILED(hresult)) return hresult;
  forget_session(self);
  self->connection = 0;
  return hresult;
}

static BSTR new_ticket(void) {
  static LONG last = 0;
  WCHAR text[64];
  swprintf(text, 64, L"stub-ticket-%lu-%ld", GetCurrentProcessId(), InterlockedIncrement(&last));
  return SysAllocString(text);
}

static HRESULT may_begin(Processor *self, int mode) {
  HRESULT hresult = enter(self);
  if (FAILED(hresult)) return hresult;
  if (self->connection == 0) return refuse(self, QB_NO_CONNECTION, L"Stub: OpenConnection was not called.");
  if (self->ticket != NULL) return refuse(self, QB_SECOND_SESSION, L"Stub: a session is already open.");
  return mode >= 0 && mode <= 2 ? S_OK : refuse(self, QB_WRONG_PARAMETER, L"Stub: file modes are 0 to 2.");
}

static HRESULT STDMETHODCALLTYPE BeginSession(Processor *self, BSTR file, int mode, BSTR *ticket) {
  BSTR arguments[] = {file, NULL};
  WCHAR text[16];
  BSTR told = NULL;
  HRESULT hresult = may_begin(self, mode);
  *ticket = NULL;
  if (FAILED(hresult)) return hresult;
  swprintf(text, 16, L"%d", mode);
  arguments[1] = SysAllocString(text);
  hresult = ask(self, "BeginSession", arguments, 2, L"", &told);
  SysFreeString(arguments[1]);
  if (FAILED(hresult)) return hresult;
  self->ticket = SysStringLen(told) > 0 ? SysAllocString(told) : new_ticket();
  SysFreeString(told);
  *ticket = SysAllocString(self->ticket);
  return hresult;
}

static HRESULT STDMETHODCALLTYPE EndSession(Processor *self, BSTR ticket) {
  HRESULT hresult = enter(self);
  if (SUCCEEDED(hresult)) hresult = check_ticket(self, ticket);
  if (SUCCEEDED(hresult)) hresult = ask(self, "EndSession", &ticket, 1, L"", NULL);
  if (SUCCEEDED(hresult)) forget_session(self);
  return hresult;
}

static HRESULT STDMETHODCALLTYPE GetCurrentCompanyFileName(Processor *self, BSTR ticket, BSTR *file) {
  HRESULT hresult = enter(self);
  *file = NULL;
  if (SUCCEEDED(hresult)) hresult = check_ticket(self, ticket);
  return FAILED(hresult) ? hresult : ask(self, "GetCurrentCompanyFileName", &ticket, 1, CANNED_FILE, file);
}

static HRESULT STDMETHODCALLTYPE MajorVersion(Processor *self, short *number) {
  *number = 16;
  return enter(self);
}

static HRESULT STDMETHODCALLTYPE MinorVersion(Processor *self, short *number) {
  *number = 0;
  return enter(self);
}

static HRESULT STDMETHODCALLTYPE ReleaseLevel(Processor *self, int *level) {
  *level = RELEASE;
  return enter(self);
}

static HRESULT STDMETHODCALLTYPE ReleaseNumber(Processor *self, short *number) {
  *number = 3;
  return enter(self);
}

static HRESULT array_of(const WCHAR *const *texts, ULONG count, SAFEARRAY **made) {
  *made = SafeArrayCreateVector(VT_BSTR, 0, count);
  if (*made == NULL) return E_OUTOFMEMORY;
  for (LONG i = 0; i < (LONG)count; i++) {
    BSTR text = SysAllocString(texts[i]);
    SafeArrayPutElement(*made, &i, text);
    SysFreeString(text);
  }
  return S_OK;
}

static HRESULT STDMETHODCALLTYPE QBXMLVersionsForSession(Processor *self, BSTR ticket, SAFEARRAY **versions) {
  static const WCHAR *const known[] = {L"1.0",  L"1.1",  L"2.0",  L"2.1",  L"3.0",  L"4.0",  L"4.1",
                                       L"5.0",  L"6.0",  L"7.0",  L"8.0",  L"9.0",  L"10.0", L"11.0",
                                       L"12.0", L"13.0", L"14.0", L"15.0", L"16.0"};
  HRESULT hresult = enter(self);
  *versions = NULL;
  if (SUCCEEDED(hresult)) hresult = check_ticket(self, ticket);
  return FAILED(hresult) ? hresult : array_of(known, sizeof known / sizeof *known, versions);
}

static HRESULT STDMETHODCALLTYPE ConnectionType(Processor *self, int *type) {
  *type = self->connection;
  return enter(self);
}

static HRESULT STDMETHODCALLTYPE ProcessSubscription(Processor *self, BSTR request, BSTR *response) {
  HRESULT hresult = enter(self);
  *response = NULL;
  if (FAILED(hresult)) return hresult;
  if (self->connection == 0) return refuse(self, QB_NO_CONNECTION, L"Stub: OpenConnection was not called.");
  return ask(self, "ProcessSubscription", &request, 1, CANNED_RESPONSE, response);
}

static HRESULT STDMETHODCALLTYPE QBXMLVersionsForSubscription(Processor *self, SAFEARRAY **versions) {
  static const WCHAR *const known[] = {L"3.0", L"4.0", L"5.0"};
  HRESULT hresult = enter(self);
  *versions = NULL;
  return FAILED(hresult) ? hresult : array_of(known, sizeof known / sizeof *known, versions);
}

static HRESULT STDMETHODCALLTYPE AuthPreferences(Processor *self, IDispatch **made) {
  HRESULT hresult = enter(self);
  *made = NULL;
  return FAILED(hresult) ? hresult : make_auth_preferences(self, made);
}

static HRESULT STDMETHODCALLTYPE GetQBLastError(Processor *self, BSTR *text) {
  HRESULT hresult = enter(self);
  *text = SysAllocString(self->last_error == NULL ? L"" : self->last_error);
  return hresult;
}

static HRESULT STDMETHODCALLTYPE QueryInterface(Processor *self, REFIID wanted, void **given) {
  *given = NULL;
  if (IsEqualIID(wanted, &IID_ISupportErrorInfo)) *given = &self->errors;
  if (IsEqualIID(wanted, &IID_IUnknown) || IsEqualIID(wanted, &IID_IDispatch)) *given = self;
  if (is_processor_interface(self->generation, wanted)) *given = self;
  if (*given == NULL) return E_NOINTERFACE;
  InterlockedIncrement(&self->references);
  return S_OK;
}

static ULONG STDMETHODCALLTYPE AddRef(Processor *self) {
  return (ULONG)InterlockedIncrement(&self->references);
}

static ULONG STDMETHODCALLTYPE Release(Processor *self) {
  LONG left = InterlockedDecrement(&self->references);
  if (left > 0) return (ULONG)left;
  script_end(&self->script);
  forget_session(self);
  SysFreeString(self->last_error);
  free(self);
  if (InterlockedDecrement(&live_objects) == 0) module_is_idle();
  return 0;
}

static HRESULT STDMETHODCALLTYPE GetTypeInfoCount(Processor *self, UINT *count) {
  (void)self;
  *count = 0;
  return S_OK;
}

static HRESULT STDMETHODCALLTYPE GetTypeInfo(Processor *self, UINT index, LCID locale, ITypeInfo **info) {
  (void)self, (void)index, (void)locale;
  *info = NULL;
  return DISP_E_BADINDEX;
}

static HRESULT STDMETHODCALLTYPE GetIDsOfNames(Processor *self, REFIID reserved, LPOLESTR *names, UINT count,
                                               LCID locale, DISPID *ids) {
  (void)reserved, (void)locale;
  if (self->thread != GetCurrentThreadId()) return RPC_E_WRONG_THREAD;
  return ids_of_names(&processor_members, self->generation, names, count, ids);
}

static HRESULT STDMETHODCALLTYPE Invoke(Processor *self, DISPID id, REFIID reserved, LCID locale, WORD flags,
                                        DISPPARAMS *given, VARIANT *result, EXCEPINFO *exception, UINT *wrong) {
  VARIANT arguments[MOST_ARGUMENTS];
  VARIANT unwanted;
  HRESULT hresult;
  (void)reserved, (void)locale;
  if (self->thread != GetCurrentThreadId()) return RPC_E_WRONG_THREAD;
  hresult = begin_invoke(&processor_members, self->generation, id, flags, given, arguments, wrong);
  if (FAILED(hresult)) return hresult;
  VariantInit(&unwanted);
  hresult = invoke_processor(self, id, arguments, &unwanted);
  clear_arguments(arguments);
  if (SUCCEEDED(hresult) && result != NULL) *result = unwanted;
  else if (SUCCEEDED(hresult)) VariantClear(&unwanted);
  return end_invoke(hresult, exception);
}

static const ProcessorVtbl processor_vtbl = {
    QueryInterface,   AddRef,          Release,       GetTypeInfoCount,          GetTypeInfo,
    GetIDsOfNames,    Invoke,          ProcessRequest, OpenConnection,           CloseConnection,
    BeginSession,     EndSession,      GetCurrentCompanyFileName, MajorVersion,  MinorVersion,
    ReleaseLevel,     ReleaseNumber,   QBXMLVersionsForSession,   ConnectionType, ProcessSubscription,
    QBXMLVersionsForSubscription, OpenConnection2, AuthPreferences, GetQBLastError,
};

static Processor *owner_of(ISupportErrorInfo *errors) {
  return CONTAINING_RECORD(errors, Processor, errors);
}

static HRESULT STDMETHODCALLTYPE QueryInterfaceOfErrors(ISupportErrorInfo *errors, REFIID wanted, void **given) {
  return QueryInterface(owner_of(errors), wanted, given);
}

static ULONG STDMETHODCALLTYPE AddRefOfErrors(ISupportErrorInfo *errors) {
  return AddRef(owner_of(errors));
}

static ULONG STDMETHODCALLTYPE ReleaseOfErrors(ISupportErrorInfo *errors) {
  return Release(owner_of(errors));
}

static HRESULT STDMETHODCALLTYPE InterfaceSupportsErrorInfo(ISupportErrorInfo *errors, REFIID wanted) {
  return is_processor_interface(owner_of(errors)->generation, wanted) ? S_OK : S_FALSE;
}

static ISupportErrorInfoVtbl errors_vtbl = {QueryInterfaceOfErrors, AddRefOfErrors, ReleaseOfErrors,
                                            InterfaceSupportsErrorInfo};

HRESULT make_processor(int generation, REFIID wanted, void **made) {
  Processor *self = calloc(1, sizeof *self);
  HRESULT hresult;
  *made = NULL;
  if (self == NULL) return E_OUTOFMEMORY;
  InterlockedIncrement(&live_objects);
  self->lpVtbl = &processor_vtbl;
  self->errors.lpVtbl = &errors_vtbl;
  self->references = 1;
  self->thread = GetCurrentThreadId();
  self->generation = generation;
  script_start(&self->script);
  hresult = QueryInterface(self, wanted, made);
  Release(self);
  return hresult;
}
