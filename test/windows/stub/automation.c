#include "automation.h"

#include <wchar.h>

static const Member *member_named(const MemberTable *table, int generation, const WCHAR *name) {
  for (int i = 0; i < table->count; i++)
    if (table->members[i].since <= generation && !_wcsicmp(table->members[i].name, name)) return &table->members[i];
  return NULL;
}

static const Member *member_with(const MemberTable *table, int generation, DISPID id) {
  for (int i = 0; i < table->count; i++)
    if (table->members[i].since <= generation && table->members[i].id == id) return &table->members[i];
  return NULL;
}

HRESULT ids_of_names(const MemberTable *table, int generation, LPOLESTR *names, UINT count, DISPID *ids) {
  const Member *member = count > 0 ? member_named(table, generation, names[0]) : NULL;
  for (UINT i = 0; i < count; i++) ids[i] = DISPID_UNKNOWN;
  if (member == NULL) return DISP_E_UNKNOWNNAME;
  ids[0] = member->id;
  return count == 1 ? S_OK : DISP_E_UNKNOWNNAME;
}

static VARTYPE type_of(char letter) {
  return letter == 'S' ? VT_BSTR : letter == 'B' ? VT_BOOL : VT_I4;
}

HRESULT begin_invoke(const MemberTable *table, int generation, DISPID id, WORD flags, const DISPPARAMS *given,
                     VARIANT arguments[MOST_ARGUMENTS], UINT *wrong) {
  const Member *member = member_with(table, generation, id);
  UINT count;
  for (int i = 0; i < MOST_ARGUMENTS; i++) VariantInit(&arguments[i]);
  if (member == NULL || !(flags & member->kind)) return DISP_E_MEMBERNOTFOUND;
  if (given->cNamedArgs > 0) return DISP_E_NONAMEDARGS;
  count = (UINT)strlen(member->arguments);
  if (given->cArgs != count) return DISP_E_BADPARAMCOUNT;
  for (UINT i = 0; i < count; i++) {
    UINT from = count - 1 - i;
    if (SUCCEEDED(VariantChangeType(&arguments[i], &given->rgvarg[from], 0, type_of(member->arguments[i])))) continue;
    if (wrong != NULL) *wrong = from;
    clear_arguments(arguments);
    return DISP_E_TYPEMISMATCH;
  }
  return S_OK;
}

void clear_arguments(VARIANT arguments[MOST_ARGUMENTS]) {
  for (int i = 0; i < MOST_ARGUMENTS; i++) VariantClear(&arguments[i]);
}

static void describe(EXCEPINFO *exception, HRESULT hresult) {
  IErrorInfo *info = NULL;
  ZeroMemory(exception, sizeof *exception);
  exception->scode = hresult;
  if (GetErrorInfo(0, &info) != S_OK) return;
  info->lpVtbl->GetSource(info, &exception->bstrSource);
  info->lpVtbl->GetDescription(info, &exception->bstrDescription);
  info->lpVtbl->Release(info);
}

/* Failures of COM itself come back as they are; those of the method come as an exception. */
HRESULT end_invoke(HRESULT hresult, EXCEPINFO *exception) {
  if (SUCCEEDED(hresult) || HRESULT_FACILITY(hresult) == FACILITY_RPC) return hresult;
  if (exception != NULL) describe(exception, hresult);
  return DISP_E_EXCEPTION;
}

HRESULT fail_with(HRESULT hresult, REFIID interface_id, const WCHAR *source, const WCHAR *description) {
  ICreateErrorInfo *making = NULL;
  IErrorInfo *info = NULL;
  if (description == NULL || FAILED(CreateErrorInfo(&making))) return hresult;
  making->lpVtbl->SetGUID(making, interface_id);
  making->lpVtbl->SetSource(making, (LPOLESTR)source);
  making->lpVtbl->SetDescription(making, (LPOLESTR)description);
  if (SUCCEEDED(making->lpVtbl->QueryInterface(making, &IID_IErrorInfo, (void **)&info))) {
    SetErrorInfo(0, info);
    info->lpVtbl->Release(info);
  }
  making->lpVtbl->Release(making);
  return hresult;
}
