/* The local server, as the SDK's QBXMLRP2e is one; its class id is our own. Each client gets a process of its own. */
#include "processor.h"
#include "classes.h"

#include <wchar.h>

const ServedClass served_classes[] = {
    {{0x6B1F0C53, 0x93D4, 0x4C0E, {0x8E, 0x2B, 0x5A, 0x77, 0x0D, 0x1C, 0x64, 0xE9}},
     WITHOUT_LAST_ERROR, L"RequestProcessorE Class", L"QBXMLRP2e.RequestProcessor.1", L"QBXMLRP2e.RequestProcessor"},
};
const int served_class_count = 1;

/* Later, when the answer to the last Release is on its way. */
void module_is_idle(void) {
  SetTimer(NULL, 0, 500, NULL);
}

static BOOL has_ended(const MSG *message) {
  return message->hwnd == NULL && message->message == WM_TIMER && live_objects == 0;
}

static int serve(void) {
  IUnknown *factory;
  DWORD cookie;
  MSG message;
  CoInitializeEx(NULL, COINIT_APARTMENTTHREADED);
  if (FAILED(make_class_factory(&served_classes[0], &IID_IUnknown, (void **)&factory))) return 1;
  if (FAILED(CoRegisterClassObject(&served_classes[0].id, factory, CLSCTX_LOCAL_SERVER, REGCLS_SINGLEUSE, &cookie)))
    return 1;
  while (GetMessageW(&message, NULL, 0, 0) > 0 && !has_ended(&message)) DispatchMessageW(&message);
  CoRevokeClassObject(cookie);
  factory->lpVtbl->Release(factory);
  CoUninitialize();
  return 0;
}

static int register_itself(void) {
  WCHAR path[MAX_PATH + 2] = L"\"";
  GetModuleFileNameW(NULL, path + 1, MAX_PATH);
  wcscat(path, L"\"");
  return SUCCEEDED(register_class(&served_classes[0], L"LocalServer32", path, FALSE)) ? 0 : 1;
}

int WINAPI WinMain(HINSTANCE instance, HINSTANCE before, LPSTR line, int show) {
  const WCHAR *command = GetCommandLineW();
  (void)instance, (void)before, (void)line, (void)show;
  if (wcsstr(command, L"/unregserver") != NULL) {
    unregister_class(&served_classes[0]);
    return 0;
  }
  return wcsstr(command, L"/regserver") != NULL ? register_itself() : serve();
}
