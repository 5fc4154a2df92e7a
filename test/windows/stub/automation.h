#ifndef STUB_AUTOMATION_H
#define STUB_AUTOMATION_H

#include <windows.h>
#include <oleauto.h>

#define MOST_ARGUMENTS 3

/* A member of a dual interface, as late-bound callers find it. */
typedef struct {
  const WCHAR *name;
  DISPID id;
  /* DISPATCH_METHOD or DISPATCH_PROPERTYGET. */
  WORD kind;
  /* The generation of the interface that has it first. */
  int since;
  /* One letter for each argument: S text, I whole number, B yes or no. */
  const char *arguments;
} Member;

typedef struct {
  const Member *members;
  int count;
} MemberTable;

HRESULT ids_of_names(const MemberTable *table, int generation, LPOLESTR *names, UINT count, DISPID *ids);

/* Finds the member for a call and its arguments in the order of the declaration; the caller clears them. */
HRESULT begin_invoke(const MemberTable *table, int generation, DISPID id, WORD flags, const DISPPARAMS *given,
                     VARIANT arguments[MOST_ARGUMENTS], UINT *wrong);
void clear_arguments(VARIANT arguments[MOST_ARGUMENTS]);

/* What a late-bound call answers for a method that answered `hresult`. */
HRESULT end_invoke(HRESULT hresult, EXCEPINFO *exception);

/* Leaves the description where GetErrorInfo finds it, and gives the HRESULT back. */
HRESULT fail_with(HRESULT hresult, REFIID interface_id, const WCHAR *source, const WCHAR *description);

#endif
