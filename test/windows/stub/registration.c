#include "classes.h"

#include <stdio.h>
#include <wchar.h>

static LONG set_value(const WCHAR *key, const WCHAR *name, const WCHAR *value) {
  HKEY opened;
  LONG result = RegCreateKeyExW(HKEY_CLASSES_ROOT, key, 0, NULL, 0, KEY_WRITE, NULL, &opened, NULL);
  if (result != ERROR_SUCCESS) return result;
  result = RegSetValueExW(opened, name, 0, REG_SZ, (const BYTE *)value, (DWORD)((wcslen(value) + 1) * sizeof *value));
  RegCloseKey(opened);
  return result;
}

static LONG set_below(const WCHAR *parent, const WCHAR *child, const WCHAR *value) {
  WCHAR key[256];
  swprintf(key, 256, L"%ls\\%ls", parent, child);
  return set_value(key, NULL, value);
}

static LONG register_prog_id(const WCHAR *prog_id, const WCHAR *name, const WCHAR *id) {
  LONG result = set_value(prog_id, NULL, name);
  return result != ERROR_SUCCESS ? result : set_below(prog_id, L"CLSID", id);
}

HRESULT register_class(const ServedClass *served, const WCHAR *server_key, const WCHAR *path, BOOL in_process) {
  WCHAR id[40], key[64], server[128];
  LONG failed;
  StringFromGUID2(&served->id, id, 40);
  swprintf(key, 64, L"CLSID\\%ls", id);
  swprintf(server, 128, L"%ls\\%ls", key, server_key);
  failed = set_value(key, NULL, served->name);
  if (!failed) failed = set_value(server, NULL, path);
  if (!failed && in_process) failed = set_value(server, L"ThreadingModel", L"Apartment");
  if (!failed) failed = set_below(key, L"ProgID", served->prog_id);
  if (!failed) failed = set_below(key, L"VersionIndependentProgID", served->family);
  if (!failed) failed = register_prog_id(served->prog_id, served->name, id);
  if (!failed) failed = register_prog_id(served->family, served->name, id);
  if (!failed) failed = set_below(served->family, L"CurVer", served->prog_id);
  return HRESULT_FROM_WIN32((DWORD)failed);
}

void unregister_class(const ServedClass *served) {
  WCHAR id[40], key[64];
  StringFromGUID2(&served->id, id, 40);
  swprintf(key, 64, L"CLSID\\%ls", id);
  RegDeleteTreeW(HKEY_CLASSES_ROOT, key);
  RegDeleteTreeW(HKEY_CLASSES_ROOT, served->prog_id);
  RegDeleteTreeW(HKEY_CLASSES_ROOT, served->family);
}
