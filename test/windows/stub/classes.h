#ifndef STUB_CLASSES_H
#define STUB_CLASSES_H

#include <windows.h>
#include <objbase.h>

/* A class that this module serves, as the registry knows it. */
typedef struct {
  CLSID id;
  int generation;
  const WCHAR *name;
  const WCHAR *prog_id;
  /* The ProgID without version; the class that is registered last has it. */
  const WCHAR *family;
} ServedClass;

extern const ServedClass served_classes[];
extern const int served_class_count;

const ServedClass *served_class(REFCLSID id);
HRESULT make_class_factory(const ServedClass *served, REFIID wanted, void **made);

HRESULT register_class(const ServedClass *served, const WCHAR *server_key, const WCHAR *path, BOOL in_process);
void unregister_class(const ServedClass *served);

extern LONG server_locks;

#endif
