#include "processor.h"
#include "classes.h"

#include <stdlib.h>

typedef struct {
  IClassFactory factory;
  LONG references;
  int generation;
} Factory;

LONG server_locks = 0;

static HRESULT STDMETHODCALLTYPE QueryInterface(IClassFactory *factory, REFIID wanted, void **given) {
  BOOL known = IsEqualIID(wanted, &IID_IUnknown) || IsEqualIID(wanted, &IID_IClassFactory);
  *given = known ? factory : NULL;
  if (known) InterlockedIncrement(&((Factory *)factory)->references);
  return known ? S_OK : E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE AddRef(IClassFactory *factory) {
  return (ULONG)InterlockedIncrement(&((Factory *)factory)->references);
}

static ULONG STDMETHODCALLTYPE Release(IClassFactory *factory) {
  LONG left = InterlockedDecrement(&((Factory *)factory)->references);
  if (left == 0) free(factory);
  return (ULONG)left;
}

static HRESULT STDMETHODCALLTYPE CreateInstance(IClassFactory *factory, IUnknown *outer, REFIID wanted, void **made) {
  *made = NULL;
  if (outer != NULL) return CLASS_E_NOAGGREGATION;
  return make_processor(((Factory *)factory)->generation, wanted, made);
}

static HRESULT STDMETHODCALLTYPE LockServer(IClassFactory *factory, BOOL lock) {
  (void)factory;
  if (lock) InterlockedIncrement(&server_locks);
  else InterlockedDecrement(&server_locks);
  return S_OK;
}

static IClassFactoryVtbl vtbl = {QueryInterface, AddRef, Release, CreateInstance, LockServer};

HRESULT make_class_factory(const ServedClass *served, REFIID wanted, void **made) {
  Factory *self = calloc(1, sizeof *self);
  HRESULT hresult;
  *made = NULL;
  if (self == NULL) return E_OUTOFMEMORY;
  self->factory.lpVtbl = &vtbl;
  self->references = 1;
  self->generation = served->generation;
  hresult = QueryInterface(&self->factory, wanted, made);
  Release(&self->factory);
  return hresult;
}

const ServedClass *served_class(REFCLSID id) {
  for (int i = 0; i < served_class_count; i++)
    if (IsEqualCLSID(id, &served_classes[i].id)) return &served_classes[i];
  return NULL;
}
