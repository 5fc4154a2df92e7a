/* The in-process server: the classes of QBXMLRP2.dll and that of the older QBXMLRP.dll. */
#include "processor.h"
#include "classes.h"

#include <wchar.h>

const ServedClass served_classes[] = {
    {{0x45F5708E, 0x3B43, 0x4FA8, {0xBE, 0x7E, 0xA5, 0xF1, 0x84, 0x92, 0x14, 0xCB}},
     WITHOUT_LAST_ERROR, L"RequestProcessor2 Class", L"QBXMLRP2.RequestProcessor.1", L"QBXMLRP2.RequestProcessor"},
    {{0x71F531F5, 0x8E67, 0x4A7A, {0x91, 0x61, 0x15, 0x73, 0x3F, 0xFC, 0x32, 0x06}},
     NEWEST, L"RequestProcessor3 Class", L"QBXMLRP2.RequestProcessor.2", L"QBXMLRP2.RequestProcessor"},
    {{0x2D0E74B6, 0x021A, 0x11D5, {0x90, 0x54, 0x00, 0x50, 0x8B, 0xF7, 0x0A, 0x94}},
     FIRST_LIBRARY, L"RequestProcessor Class", L"QBXMLRP.RequestProcessor.1", L"QBXMLRP.RequestProcessor"},
};
const int served_class_count = sizeof served_classes / sizeof *served_classes;

static HINSTANCE module;

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved) {
  (void)reserved;
  if (reason == DLL_PROCESS_ATTACH) module = instance;
  return TRUE;
}

void module_is_idle(void) {}

HRESULT WINAPI DllGetClassObject(REFCLSID id, REFIID wanted, void **made) {
  const ServedClass *served = served_class(id);
  *made = NULL;
  return served == NULL ? CLASS_E_CLASSNOTAVAILABLE : make_class_factory(served, wanted, made);
}

HRESULT WINAPI DllCanUnloadNow(void) {
  return live_objects == 0 && server_locks == 0 ? S_OK : S_FALSE;
}

/* For tests: what was not released. */
LONG WINAPI StubLiveObjects(void) {
  return live_objects;
}

static HRESULT register_family(const WCHAR *family) {
  WCHAR path[MAX_PATH];
  HRESULT hresult = S_OK;
  GetModuleFileNameW(module, path, MAX_PATH);
  for (int i = 0; i < served_class_count && SUCCEEDED(hresult); i++)
    if (family == NULL || !wcscmp(family, served_classes[i].family))
      hresult = register_class(&served_classes[i], L"InprocServer32", path, TRUE);
  return hresult;
}

HRESULT WINAPI DllRegisterServer(void) {
  return register_family(NULL);
}

HRESULT WINAPI DllUnregisterServer(void) {
  for (int i = 0; i < served_class_count; i++) unregister_class(&served_classes[i]);
  return S_OK;
}

/* `regsvr32 /n /i:QBXMLRP.RequestProcessor` registers that family alone, as an old QuickBooks has it. */
HRESULT WINAPI DllInstall(BOOL install, LPCWSTR family) {
  DllUnregisterServer();
  return install ? register_family(family == NULL || *family == 0 ? NULL : family) : S_OK;
}
