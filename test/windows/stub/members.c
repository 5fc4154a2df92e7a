#include <initguid.h>
#include "processor.h"

DEFINE_GUID(IID_IRequestProcessor2, 0xAC48EB1D, 0xE953, 0x446B, 0xA6, 0x3C, 0x77, 0xE7, 0x86, 0x2D, 0xE4, 0xB8);
DEFINE_GUID(IID_IRequestProcessor3, 0x3B635BF7, 0x6DA9, 0x46C8, 0xA1, 0xF6, 0xF0, 0xC9, 0x3F, 0x10, 0xD5, 0x2F);
DEFINE_GUID(IID_IRequestProcessor4, 0x8DB91B17, 0xD5A2, 0x41DB, 0x80, 0xA7, 0xCC, 0x6F, 0x1E, 0x44, 0x9A, 0x05);
DEFINE_GUID(IID_IRequestProcessor5, 0x9F44A4C6, 0xB26E, 0x4277, 0xB5, 0x14, 0xF7, 0x76, 0x24, 0x3F, 0xFC, 0x01);

const IID processor_interface = {0x3B635BF7, 0x6DA9, 0x46C8, {0xA1, 0xF6, 0xF0, 0xC9, 0x3F, 0x10, 0xD5, 0x2F}};

static const Member members[] = {
    {L"ProcessRequest", 1, DISPATCH_METHOD, 2, "SS"},
    {L"OpenConnection", 2, DISPATCH_METHOD, 2, "SS"},
    {L"CloseConnection", 3, DISPATCH_METHOD, 2, ""},
    {L"BeginSession", 4, DISPATCH_METHOD, 2, "SI"},
    {L"EndSession", 5, DISPATCH_METHOD, 2, "S"},
    {L"GetCurrentCompanyFileName", 6, DISPATCH_METHOD, 2, "S"},
    {L"MajorVersion", 7, DISPATCH_PROPERTYGET, 2, ""},
    {L"MinorVersion", 8, DISPATCH_PROPERTYGET, 2, ""},
    {L"ReleaseLevel", 9, DISPATCH_PROPERTYGET, 2, ""},
    {L"ReleaseNumber", 10, DISPATCH_PROPERTYGET, 2, ""},
    {L"QBXMLVersionsForSession", 11, DISPATCH_PROPERTYGET, 2, "S"},
    {L"ConnectionType", 12, DISPATCH_PROPERTYGET, 3, ""},
    {L"ProcessSubscription", 13, DISPATCH_METHOD, 3, "S"},
    {L"QBXMLVersionsForSubscription", 14, DISPATCH_PROPERTYGET, 3, ""},
    {L"OpenConnection2", 15, DISPATCH_METHOD, 4, "SSI"},
    {L"AuthPreferences", 16, DISPATCH_PROPERTYGET, 4, ""},
    {L"GetQBLastError", 17, DISPATCH_METHOD, 5, ""},
};

const MemberTable processor_members = {members, sizeof members / sizeof *members};

BOOL is_processor_interface(int generation, REFIID wanted) {
  if (IsEqualIID(wanted, &IID_IRequestProcessor2)) return generation == FIRST_LIBRARY;
  if (IsEqualIID(wanted, &IID_IRequestProcessor3)) return generation >= 3;
  if (IsEqualIID(wanted, &IID_IRequestProcessor4)) return generation >= 4;
  return IsEqualIID(wanted, &IID_IRequestProcessor5) && generation >= NEWEST;
}

static HRESULT give_text(Processor *self, DISPID id, VARIANT *arguments, VARIANT *result) {
  V_VT(result) = VT_BSTR;
  V_BSTR(result) = NULL;
  BSTR first = V_BSTR(&arguments[0]);
  switch (id) {
    case 1: return self->lpVtbl->ProcessRequest(self, first, V_BSTR(&arguments[1]), &V_BSTR(result));
    case 4: return self->lpVtbl->BeginSession(self, first, V_I4(&arguments[1]), &V_BSTR(result));
    case 6: return self->lpVtbl->GetCurrentCompanyFileName(self, first, &V_BSTR(result));
    case 13: return self->lpVtbl->ProcessSubscription(self, first, &V_BSTR(result));
    default: return self->lpVtbl->GetQBLastError(self, &V_BSTR(result));
  }
}

static HRESULT give_number(Processor *self, DISPID id, VARIANT *result) {
  BOOL is_enum = id == 9 || id == 12;
  V_VT(result) = is_enum ? VT_I4 : VT_I2;
  switch (id) {
    case 7: return self->lpVtbl->MajorVersion(self, &V_I2(result));
    case 8: return self->lpVtbl->MinorVersion(self, &V_I2(result));
    case 9: return self->lpVtbl->ReleaseLevel(self, (int *)&V_I4(result));
    case 10: return self->lpVtbl->ReleaseNumber(self, &V_I2(result));
    default: return self->lpVtbl->ConnectionType(self, (int *)&V_I4(result));
  }
}

static HRESULT give_versions(Processor *self, DISPID id, VARIANT *arguments, VARIANT *result) {
  V_VT(result) = VT_ARRAY | VT_BSTR;
  V_ARRAY(result) = NULL;
  if (id == 14) return self->lpVtbl->QBXMLVersionsForSubscription(self, &V_ARRAY(result));
  return self->lpVtbl->QBXMLVersionsForSession(self, V_BSTR(&arguments[0]), &V_ARRAY(result));
}

HRESULT invoke_processor(Processor *self, DISPID id, VARIANT *arguments, VARIANT *result) {
  switch (id) {
    case 2: return self->lpVtbl->OpenConnection(self, V_BSTR(&arguments[0]), V_BSTR(&arguments[1]));
    case 3: return self->lpVtbl->CloseConnection(self);
    case 5: return self->lpVtbl->EndSession(self, V_BSTR(&arguments[0]));
    case 7: case 8: case 9: case 10: case 12: return give_number(self, id, result);
    case 11: case 14: return give_versions(self, id, arguments, result);
    case 15:
      return self->lpVtbl->OpenConnection2(self, V_BSTR(&arguments[0]), V_BSTR(&arguments[1]), V_I4(&arguments[2]));
    case 16:
      V_VT(result) = VT_DISPATCH;
      V_DISPATCH(result) = NULL;
      return self->lpVtbl->AuthPreferences(self, &V_DISPATCH(result));
    default: return give_text(self, id, arguments, result);
  }
}
