#ifndef STUB_SCRIPT_H
#define STUB_SCRIPT_H

#include <winsock2.h>
#include <windows.h>
#include <oleauto.h>

/* The line to the program that says what QuickBooks does; opened by the first call that asks. */
typedef struct {
  SOCKET line;
} Script;

typedef struct {
  HRESULT hresult;
  BSTR description;
  BSTR value;
} ScriptAnswer;

void script_start(Script *script);
void script_end(Script *script);

/* Asks what this call answers; nobody to ask (no port is set) is the canned value. Crashes and exits when told to. */
ScriptAnswer script_ask(Script *script, const char *method, const BSTR *arguments, int count, const WCHAR *canned);
void script_forget(ScriptAnswer *answer);

#endif
