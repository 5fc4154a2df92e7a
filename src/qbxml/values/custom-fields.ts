/** One custom field as QuickBooks writes it. */
export interface DataExtFields {
  readonly OwnerID?: string | undefined;
  readonly DataExtName?: string | undefined;
  readonly DataExtValue?: string | undefined;
}

/** A record, or a line of one, that can have custom fields. */
export interface WithCustomFields {
  readonly DataExtRet?: readonly DataExtFields[] | undefined;
}

/** The custom fields that people see and define in QuickBooks. */
const PUBLIC_OWNER = "0";

/**
 * The custom fields of a record, or of a line, by name: texts as QuickBooks wrote them. QuickBooks gives them only when the query names
 * the owner in `OwnerID`.
 * @param ownerID `"0"`, which is the default, for the fields that people see in QuickBooks; the GUID of an application for its own.
 */
export function customFields(
  record: WithCustomFields,
  ownerID: string = PUBLIC_OWNER,
): ReadonlyMap<string, string> {
  const wanted = ownerID.toUpperCase();
  const fields = new Map<string, string>();
  for (const { OwnerID = PUBLIC_OWNER, DataExtName, DataExtValue = "" } of record.DataExtRet ?? []) {
    if (DataExtName !== undefined && OwnerID.toUpperCase() === wanted) fields.set(DataExtName, DataExtValue);
  }
  return fields;
}
