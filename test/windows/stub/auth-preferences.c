#include "processor.h"
#include "hresults.h"

#include <stdlib.h>

typedef struct AuthPreferences AuthPreferences;

typedef struct {
  HRESULT(STDMETHODCALLTYPE *QueryInterface)(AuthPreferences *, REFIID, void **);
  ULONG(STDMETHODCALLTYPE *AddRef)(AuthPreferences *);
  ULONG(STDMETHODCALLTYPE *Release)(AuthPreferences *);
  HRESULT(STDMETHODCALLTYPE *GetTypeInfoCount)(AuthPreferences *, UINT *);
  HRESULT(STDMETHODCALLTYPE *GetTypeInfo)(AuthPreferences *, UINT, LCID, ITypeInfo **);
  HRESULT(STDMETHODCALLTYPE *GetIDsOfNames)(AuthPreferences *, REFIID, LPOLESTR *, UINT, LCID, DISPID *);
  HRESULT(STDMETHODCALLTYPE *Invoke)(AuthPreferences *, DISPID, REFIID, LCID, WORD, DISPPARAMS *, VARIANT *, EXCEPINFO *,
                                     UINT *);
  HRESULT(STDMETHODCALLTYPE *WasAuthPreferencesObeyed)(AuthPreferences *, BSTR ticket, VARIANT_BOOL *);
  HRESULT(STDMETHODCALLTYPE *GetIsReadOnly)(AuthPreferences *, BSTR ticket, VARIANT_BOOL *);
  HRESULT(STDMETHODCALLTYPE *PutIsReadOnly)(AuthPreferences *, VARIANT_BOOL);
  HRESULT(STDMETHODCALLTYPE *GetUnattendedModePref)(AuthPreferences *, BSTR ticket, int *);
  HRESULT(STDMETHODCALLTYPE *PutUnattendedModePref)(AuthPreferences *, int);
  HRESULT(STDMETHODCALLTYPE *GetPersonalDataPref)(AuthPreferences *, BSTR ticket, int *);
  HRESULT(STDMETHODCALLTYPE *PutPersonalDataPref)(AuthPreferences *, int);
  HRESULT(STDMETHODCALLTYPE *PutAuthFlags)(AuthPreferences *, LONG);
} AuthPreferencesVtbl;

struct AuthPreferences {
  const AuthPreferencesVtbl *lpVtbl;
  LONG references;
  Processor *processor;
  VARIANT_BOOL read_only;
  int unattended;
  int personal_data;
};

static const IID auth_preferences = {0x4277578A, 0x9687, 0x4EBC, {0x85, 0x86, 0x1C, 0xA4, 0x75, 0x9B, 0x17, 0xC3}};
static const IID auth_preferences2 = {0xF810CC1A, 0x151E, 0x48A8, {0x84, 0xC9, 0x3F, 0x69, 0x78, 0xFB, 0x69, 0x9C}};

static const Member members[] = {
    {L"WasAuthPreferencesObeyed", 1, DISPATCH_METHOD, 4, "S"},
    {L"GetIsReadOnly", 2, DISPATCH_METHOD, 4, "S"},
    {L"PutIsReadOnly", 3, DISPATCH_METHOD, 4, "B"},
    {L"GetUnattendedModePref", 4, DISPATCH_METHOD, 4, "S"},
    {L"PutUnattendedModePref", 5, DISPATCH_METHOD, 4, "I"},
    {L"GetPersonalDataPref", 6, DISPATCH_METHOD, 4, "S"},
    {L"PutPersonalDataPref", 7, DISPATCH_METHOD, 4, "I"},
    {L"PutAuthFlags", 8, DISPATCH_METHOD, 5, "I"},
};
static const MemberTable table = {members, sizeof members / sizeof *members};

static HRESULT may_put(AuthPreferences *self) {
  Processor *processor = self->processor;
  HRESULT hresult = enter(processor);
  if (FAILED(hresult)) return hresult;
  if (processor->connection == 0)
    return refuse(processor, QB_NO_CONNECTION, L"Stub: OpenConnection was not called.");
  if (processor->ticket == NULL) return S_OK;
  return refuse(processor, QB_INSIDE_SESSION, L"Stub: not inside a session.");
}

static HRESULT put_enum(AuthPreferences *self, const char *method, int *place, int value, int last) {
  HRESULT hresult = may_put(self);
  if (FAILED(hresult)) return hresult;
  if (value < 1 || value > last) return refuse(self->processor, QB_WRONG_PARAMETER, L"Stub: no such preference.");
  hresult = ask_number(self->processor, method, value);
  if (SUCCEEDED(hresult)) *place = value;
  return hresult;
}

static HRESULT may_get(AuthPreferences *self, BSTR ticket) {
  HRESULT hresult = enter(self->processor);
  return FAILED(hresult) ? hresult : check_ticket(self->processor, ticket);
}

static HRESULT STDMETHODCALLTYPE WasAuthPreferencesObeyed(AuthPreferences *self, BSTR ticket, VARIANT_BOOL *yes) {
  *yes = VARIANT_TRUE;
  return may_get(self, ticket);
}

static HRESULT STDMETHODCALLTYPE GetIsReadOnly(AuthPreferences *self, BSTR ticket, VARIANT_BOOL *yes) {
  *yes = self->read_only;
  return may_get(self, ticket);
}

static HRESULT STDMETHODCALLTYPE PutIsReadOnly(AuthPreferences *self, VARIANT_BOOL yes) {
  HRESULT hresult = may_put(self);
  if (SUCCEEDED(hresult)) hresult = ask_number(self->processor, "PutIsReadOnly", yes ? 1 : 0);
  if (SUCCEEDED(hresult)) self->read_only = yes;
  return hresult;
}

static HRESULT STDMETHODCALLTYPE GetUnattendedModePref(AuthPreferences *self, BSTR ticket, int *value) {
  *value = self->unattended;
  return may_get(self, ticket);
}

static HRESULT STDMETHODCALLTYPE PutUnattendedModePref(AuthPreferences *self, int value) {
  return put_enum(self, "PutUnattendedModePref", &self->unattended, value, 2);
}

static HRESULT STDMETHODCALLTYPE GetPersonalDataPref(AuthPreferences *self, BSTR ticket, int *value) {
  *value = self->personal_data;
  return may_get(self, ticket);
}

static HRESULT STDMETHODCALLTYPE PutPersonalDataPref(AuthPreferences *self, int value) {
  return put_enum(self, "PutPersonalDataPref", &self->personal_data, value, 3);
}

static HRESULT STDMETHODCALLTYPE PutAuthFlags(AuthPreferences *self, LONG flags) {
  HRESULT hresult = may_put(self);
  return FAILED(hresult) ? hresult : ask_number(self->processor, "PutAuthFlags", flags);
}

static HRESULT STDMETHODCALLTYPE QueryInterface(AuthPreferences *self, REFIID wanted, void **given) {
  BOOL known = IsEqualIID(wanted, &IID_IUnknown) || IsEqualIID(wanted, &IID_IDispatch) ||
               IsEqualIID(wanted, &auth_preferences) ||
               (IsEqualIID(wanted, &auth_preferences2) && self->processor->generation >= NEWEST);
  *given = known ? self : NULL;
  if (!known) return E_NOINTERFACE;
  InterlockedIncrement(&self->references);
  return S_OK;
}

static ULONG STDMETHODCALLTYPE AddRef(AuthPreferences *self) {
  return (ULONG)InterlockedIncrement(&self->references);
}

static ULONG STDMETHODCALLTYPE Release(AuthPreferences *self) {
  LONG left = InterlockedDecrement(&self->references);
  Processor *processor = self->processor;
  if (left > 0) return (ULONG)left;
  free(self);
  InterlockedDecrement(&live_objects);
  processor->lpVtbl->Release(processor);
  return 0;
}

static HRESULT STDMETHODCALLTYPE GetTypeInfoCount(AuthPreferences *self, UINT *count) {
  (void)self;
  *count = 0;
  return S_OK;
}

static HRESULT STDMETHODCALLTYPE GetTypeInfo(AuthPreferences *self, UINT index, LCID locale, ITypeInfo **info) {
  (void)self, (void)index, (void)locale;
  *info = NULL;
  return DISP_E_BADINDEX;
}

static HRESULT STDMETHODCALLTYPE GetIDsOfNames(AuthPreferences *self, REFIID reserved, LPOLESTR *names, UINT count,
                                               LCID locale, DISPID *ids) {
  (void)reserved, (void)locale;
  if (self->processor->thread != GetCurrentThreadId()) return RPC_E_WRONG_THREAD;
  return ids_of_names(&table, self->processor->generation, names, count, ids);
}

static HRESULT give_flag(VARIANT *result, HRESULT (STDMETHODCALLTYPE *get)(AuthPreferences *, BSTR, VARIANT_BOOL *),
                         AuthPreferences *self, BSTR ticket) {
  V_VT(result) = VT_BOOL;
  return get(self, ticket, &V_BOOL(result));
}

static HRESULT give_enum(VARIANT *result, HRESULT (STDMETHODCALLTYPE *get)(AuthPreferences *, BSTR, int *),
                         AuthPreferences *self, BSTR ticket) {
  V_VT(result) = VT_I4;
  return get(self, ticket, (int *)&V_I4(result));
}

static HRESULT call_member(AuthPreferences *self, DISPID id, VARIANT *argument, VARIANT *result) {
  switch (id) {
    case 1: return give_flag(result, WasAuthPreferencesObeyed, self, V_BSTR(argument));
    case 2: return give_flag(result, GetIsReadOnly, self, V_BSTR(argument));
    case 3: return PutIsReadOnly(self, V_BOOL(argument));
    case 4: return give_enum(result, GetUnattendedModePref, self, V_BSTR(argument));
    case 5: return PutUnattendedModePref(self, V_I4(argument));
    case 6: return give_enum(result, GetPersonalDataPref, self, V_BSTR(argument));
    case 7: return PutPersonalDataPref(self, V_I4(argument));
    default: return PutAuthFlags(self, V_I4(argument));
  }
}

static HRESULT STDMETHODCALLTYPE Invoke(AuthPreferences *self, DISPID id, REFIID reserved, LCID locale, WORD flags,
                                        DISPPARAMS *given, VARIANT *result, EXCEPINFO *exception, UINT *wrong) {
  VARIANT arguments[MOST_ARGUMENTS];
  VARIANT made;
  HRESULT hresult;
  (void)reserved, (void)locale;
  if (self->processor->thread != GetCurrentThreadId()) return RPC_E_WRONG_THREAD;
  hresult = begin_invoke(&table, self->processor->generation, id, flags, given, arguments, wrong);
  if (FAILED(hresult)) return hresult;
  VariantInit(&made);
  hresult = call_member(self, id, &arguments[0], &made);
  clear_arguments(arguments);
  if (SUCCEEDED(hresult) && result != NULL) *result = made;
  return end_invoke(hresult, exception);
}

static const AuthPreferencesVtbl vtbl = {
    QueryInterface, AddRef,        Release,       GetTypeInfoCount,         GetTypeInfo,          GetIDsOfNames,
    Invoke,         WasAuthPreferencesObeyed,     GetIsReadOnly,            PutIsReadOnly,        GetUnattendedModePref,
    PutUnattendedModePref,         GetPersonalDataPref, PutPersonalDataPref, PutAuthFlags,
};

HRESULT make_auth_preferences(Processor *processor, IDispatch **made) {
  AuthPreferences *self = calloc(1, sizeof *self);
  if (self == NULL) return E_OUTOFMEMORY;
  InterlockedIncrement(&live_objects);
  self->lpVtbl = &vtbl;
  self->references = 1;
  self->processor = processor;
  self->unattended = 2;
  self->personal_data = 2;
  processor->lpVtbl->AddRef(processor);
  *made = (IDispatch *)self;
  return S_OK;
}
