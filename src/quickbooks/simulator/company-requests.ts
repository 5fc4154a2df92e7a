import { textAt } from "../../qbxml/reader.js";
import { byName, element } from "./elements.js";
import { notImitated } from "./request-failure.js";
import type { RequestHandler } from "./request-handler.js";
import { buildRet, includedElements } from "./ret.js";

export const queryHost: RequestHandler = (request, context) => {
  if (textAt(request, "IncludeListMetaData") !== undefined) throw notImitated("IncludeListMetaData");
  const { productName, majorVersion, versions, fileMode } = context.host;
  const fields = byName([
    element("ProductName", productName),
    element("MajorVersion", majorVersion),
    element("MinorVersion", "0"),
    element("Country", "US"),
    ...versions.map((version) => element("SupportedQBXMLVersion", version)),
    element("IsAutomaticLogin", "false"),
    element("QBFileMode", fileMode),
  ]);
  return { content: [buildRet("HostRet", "Host", fields, context, includedElements(request))] };
};

export const queryCompany: RequestHandler = (request, context) => {
  const { companyName } = context.company;
  const fields = byName([
    element("IsSampleCompany", "false"),
    element("CompanyName", companyName),
    element("LegalCompanyName", companyName),
    element("FirstMonthFiscalYear", "January"),
    element("FirstMonthIncomeTaxYear", "January"),
  ]);
  return { content: [buildRet("CompanyRet", "Company", fields, context, includedElements(request))] };
};
