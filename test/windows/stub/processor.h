#ifndef STUB_PROCESSOR_H
#define STUB_PROCESSOR_H

#include "script.h"
#include "automation.h"

/* Which of the documented interfaces a class has; each has what the earlier ones have. */
enum { FIRST_LIBRARY = 2, WITHOUT_LAST_ERROR = 4, NEWEST = 5 };

typedef struct Processor Processor;

/* The slots in their documented order. */
typedef struct {
  HRESULT(STDMETHODCALLTYPE *QueryInterface)(Processor *, REFIID, void **);
  ULONG(STDMETHODCALLTYPE *AddRef)(Processor *);
  ULONG(STDMETHODCALLTYPE *Release)(Processor *);
  HRESULT(STDMETHODCALLTYPE *GetTypeInfoCount)(Processor *, UINT *);
  HRESULT(STDMETHODCALLTYPE *GetTypeInfo)(Processor *, UINT, LCID, ITypeInfo **);
  HRESULT(STDMETHODCALLTYPE *GetIDsOfNames)(Processor *, REFIID, LPOLESTR *, UINT, LCID, DISPID *);
  HRESULT(STDMETHODCALLTYPE *Invoke)(Processor *, DISPID, REFIID, LCID, WORD, DISPPARAMS *, VARIANT *, EXCEPINFO *, UINT *);
  HRESULT(STDMETHODCALLTYPE *ProcessRequest)(Processor *, BSTR ticket, BSTR request, BSTR *response);
  HRESULT(STDMETHODCALLTYPE *OpenConnection)(Processor *, BSTR id, BSTR name);
  HRESULT(STDMETHODCALLTYPE *CloseConnection)(Processor *);
  HRESULT(STDMETHODCALLTYPE *BeginSession)(Processor *, BSTR file, int mode, BSTR *ticket);
  HRESULT(STDMETHODCALLTYPE *EndSession)(Processor *, BSTR ticket);
  HRESULT(STDMETHODCALLTYPE *GetCurrentCompanyFileName)(Processor *, BSTR ticket, BSTR *file);
  HRESULT(STDMETHODCALLTYPE *MajorVersion)(Processor *, short *);
  HRESULT(STDMETHODCALLTYPE *MinorVersion)(Processor *, short *);
  HRESULT(STDMETHODCALLTYPE *ReleaseLevel)(Processor *, int *);
  HRESULT(STDMETHODCALLTYPE *ReleaseNumber)(Processor *, short *);
  HRESULT(STDMETHODCALLTYPE *QBXMLVersionsForSession)(Processor *, BSTR ticket, SAFEARRAY **);
  HRESULT(STDMETHODCALLTYPE *ConnectionType)(Processor *, int *);
  HRESULT(STDMETHODCALLTYPE *ProcessSubscription)(Processor *, BSTR request, BSTR *response);
  HRESULT(STDMETHODCALLTYPE *QBXMLVersionsForSubscription)(Processor *, SAFEARRAY **);
  HRESULT(STDMETHODCALLTYPE *OpenConnection2)(Processor *, BSTR id, BSTR name, int type);
  HRESULT(STDMETHODCALLTYPE *AuthPreferences)(Processor *, IDispatch **);
  HRESULT(STDMETHODCALLTYPE *GetQBLastError)(Processor *, BSTR *);
} ProcessorVtbl;

struct Processor {
  const ProcessorVtbl *lpVtbl;
  ISupportErrorInfo errors;
  LONG references;
  DWORD thread;
  int generation;
  /* As the type library numbers them; 0 is no connection. */
  int connection;
  BSTR ticket;
  BSTR last_error;
  Script script;
};

extern const MemberTable processor_members;
extern const IID processor_interface;

HRESULT make_processor(int generation, REFIID wanted, void **made);
HRESULT make_auth_preferences(Processor *processor, IDispatch **made);

BOOL is_processor_interface(int generation, REFIID wanted);
HRESULT invoke_processor(Processor *processor, DISPID id, VARIANT *arguments, VARIANT *result);

/* The apartment's thread, and no error left over from the call before. */
HRESULT enter(Processor *processor);
HRESULT refuse(Processor *processor, HRESULT hresult, const WCHAR *description);
HRESULT check_ticket(Processor *processor, BSTR ticket);
/* Asks the script; the value goes to `value`, when there is a place for it. */
HRESULT ask(Processor *processor, const char *method, const BSTR *arguments, int count, const WCHAR *canned, BSTR *value);
HRESULT ask_number(Processor *processor, const char *method, int number);

/* Objects alive in this process. */
extern LONG live_objects;
/* The last object is gone: a DLL waits to be unloaded, an EXE ends. */
void module_is_idle(void);

#endif
