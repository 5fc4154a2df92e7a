/*
 * The wire: TCP on 127.0.0.1, port in the environment (QBSTUB_PORT) or in HKCU\Software\qbconnector-stub, value Port.
 * There: u32 length of the rest; method, ASCII with NUL; for each argument u32 bytes and UTF-16LE.
 * Back: u32 length of the rest; u32 hresult; u8 action; description, then value: u32 bytes and UTF-16LE.
 * All numbers are little endian, as Windows keeps them.
 */
#include "script.h"
#include "hresults.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER = 0, CRASH = 1, LEAVE = 2, SLEEP = 3 };

typedef struct {
  const char *at;
  const char *end;
} Reader;

void script_start(Script *script) {
  script->line = INVALID_SOCKET;
}

void script_end(Script *script) {
  if (script->line == INVALID_SOCKET) return;
  closesocket(script->line);
  script->line = INVALID_SOCKET;
  WSACleanup();
}

static int port_of_script(void) {
  char text[16] = "";
  DWORD size = sizeof text;
  DWORD length = GetEnvironmentVariableA("QBSTUB_PORT", text, sizeof text);
  if (length > 0 && length < sizeof text) return atoi(text);
  if (RegGetValueA(HKEY_CURRENT_USER, "Software\\qbconnector-stub", "Port", RRF_RT_REG_SZ, NULL, text, &size)) return 0;
  return atoi(text);
}

static BOOL connect_to(Script *script, int port) {
  WSADATA data;
  struct sockaddr_in address = {0};
  BOOL no_delay = TRUE;
  if (script->line != INVALID_SOCKET) return TRUE;
  if (WSAStartup(MAKEWORD(2, 2), &data)) return FALSE;
  script->line = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  address.sin_family = AF_INET;
  address.sin_port = htons((u_short)port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (script->line != INVALID_SOCKET && !connect(script->line, (struct sockaddr *)&address, sizeof address)) {
    setsockopt(script->line, IPPROTO_TCP, TCP_NODELAY, (const char *)&no_delay, sizeof no_delay);
    return TRUE;
  }
  if (script->line == INVALID_SOCKET) WSACleanup();
  script_end(script);
  return FALSE;
}

static BOOL send_all(SOCKET line, const char *bytes, uint32_t length) {
  while (length > 0) {
    int sent = send(line, bytes, (int)length, 0);
    if (sent <= 0) return FALSE;
    bytes += sent;
    length -= (uint32_t)sent;
  }
  return TRUE;
}

static BOOL receive_all(SOCKET line, char *bytes, uint32_t length) {
  while (length > 0) {
    int received = recv(line, bytes, (int)length, 0);
    if (received <= 0) return FALSE;
    bytes += received;
    length -= (uint32_t)received;
  }
  return TRUE;
}

static BOOL send_question(SOCKET line, const char *method, const BSTR *arguments, int count) {
  uint32_t name = (uint32_t)strlen(method) + 1;
  uint32_t length = name;
  for (int i = 0; i < count; i++) length += 4 + SysStringByteLen(arguments[i]);
  if (!send_all(line, (const char *)&length, 4) || !send_all(line, method, name)) return FALSE;
  for (int i = 0; i < count; i++) {
    uint32_t bytes = SysStringByteLen(arguments[i]);
    if (!send_all(line, (const char *)&bytes, 4) || !send_all(line, (const char *)arguments[i], bytes)) return FALSE;
  }
  return TRUE;
}

static char *receive_frame(SOCKET line, uint32_t *length) {
  char *frame;
  if (!receive_all(line, (char *)length, 4)) return NULL;
  frame = malloc(*length + 1);
  if (frame == NULL || receive_all(line, frame, *length)) return frame;
  free(frame);
  return NULL;
}

static uint32_t read_number(Reader *reader, uint32_t size) {
  uint32_t number = 0;
  if (reader->end - reader->at < (ptrdiff_t)size) return 0;
  memcpy(&number, reader->at, size);
  reader->at += size;
  return number;
}

static BSTR read_text(Reader *reader) {
  uint32_t bytes = read_number(reader, 4);
  BSTR text;
  if (reader->end - reader->at < (ptrdiff_t)bytes) return NULL;
  text = SysAllocStringByteLen(NULL, bytes);
  if (text == NULL) return NULL;
  memcpy(text, reader->at, bytes);
  reader->at += bytes;
  return text;
}

static void crash(void) {
  volatile int *volatile nowhere = NULL;
  *nowhere = 1;
}

/* Sleeps until the program behind the line goes away, so that no process stays behind a test. */
static void sleep_for_ever(SOCKET line) {
  char byte;
  while (recv(line, &byte, 1, 0) > 0) continue;
}

static BOOL receive_answer(SOCKET line, ScriptAnswer *answer) {
  uint32_t length;
  char *frame = receive_frame(line, &length);
  Reader reader = {frame, frame + length};
  uint32_t action;
  if (frame == NULL) return FALSE;
  answer->hresult = (HRESULT)read_number(&reader, 4);
  action = read_number(&reader, 1);
  answer->description = read_text(&reader);
  answer->value = read_text(&reader);
  free(frame);
  if (action == CRASH) crash();
  if (action == LEAVE) ExitProcess(3);
  if (action == SLEEP) sleep_for_ever(line);
  return action != SLEEP;
}

ScriptAnswer script_ask(Script *script, const char *method, const BSTR *arguments, int count, const WCHAR *canned) {
  ScriptAnswer answer = {QB_UNREACHABLE, NULL, NULL};
  int port = port_of_script();
  if (port == 0) {
    answer.hresult = S_OK;
    answer.value = SysAllocString(canned);
    return answer;
  }
  if (connect_to(script, port) && send_question(script->line, method, arguments, count) &&
      receive_answer(script->line, &answer))
    return answer;
  script_end(script);
  script_forget(&answer);
  answer.hresult = QB_UNREACHABLE;
  return answer;
}

void script_forget(ScriptAnswer *answer) {
  SysFreeString(answer->description);
  SysFreeString(answer->value);
  answer->description = NULL;
  answer->value = NULL;
}
