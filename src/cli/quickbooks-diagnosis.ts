import type { Check } from "../diagnosis.js";
import { QBError } from "../errors.js";
import { quickBooksSettings } from "../quickbooks/settings.js";
import type { QuickBooksSettings } from "../quickbooks/request-processor.js";

type Com = typeof import("../quickbooks/com/index.js");
type Processor = InstanceType<Com["ComRequestProcessor"]>;

export interface QuickBooksQuestion {
  /** Those that users are bound to, or the one that was named; none for the file that is open in QuickBooks. */
  readonly companyFiles: readonly string[];
  readonly application: string | undefined;
  /** Open QuickBooks also when that starts it. */
  readonly open: boolean;
}

/** The way from this machine's Node.js to its QuickBooks; on other systems than Windows one check that says so. */
export async function checkLocalQuickBooks(question: QuickBooksQuestion): Promise<readonly Check[]> {
  const { companyFiles, application, open } = question;
  const [first = "", ...others] = companyFiles;
  const settings = quickBooksSettings({
    ...(application === undefined ? {} : { ApplicationName: application }),
    ...(first === "" ? {} : { CompanyFile: first }),
  });
  const { ComRequestProcessor } = await import("../quickbooks/com/index.js");
  const processor = new ComRequestProcessor();
  try {
    const checks = await processor.diagnose(settings);
    if (process.platform !== "win32") return checks;
    return [
      ...(open ? await openIfUntried(processor, settings, checks) : checks),
      ...(await checkFiles(others)),
    ];
  } finally {
    await processor.release();
  }
}

async function checkFiles(paths: readonly string[]): Promise<readonly Check[]> {
  const { checkCompanyFile } = await import("../quickbooks/com/diagnosis/company-checks.js");
  const { fileState } = await import("../quickbooks/com/diagnosis/diagnose-quickbooks.js");
  return await Promise.all(paths.map(async (path) => checkCompanyFile(path, await fileState(path))));
}

async function openIfUntried(
  processor: Processor,
  settings: QuickBooksSettings,
  checks: readonly Check[],
): Promise<readonly Check[]> {
  const untried = checks.find(({ name, outcome }) => name === "authorization" && outcome === "skip");
  if (untried === undefined) return checks;
  const { checkAuthorization } = await import("../quickbooks/com/diagnosis/company-checks.js");
  const { applicationName } = settings;
  const tried = checkAuthorization({ applicationName, attempt: await tryToOpen(processor, settings) });
  return checks.map((check) => (check === untried ? tried : check));
}

/** QuickBooks takes its time to start. */
const START_MS = 120_000;

async function tryToOpen(
  processor: Processor,
  settings: QuickBooksSettings,
): Promise<{ tried: true; companyFile: string } | { tried: true; failure: QBError }> {
  try {
    const session = await processor.open(settings, { signal: AbortSignal.timeout(START_MS) });
    await session.close();
    return { tried: true, companyFile: session.companyFile };
  } catch (error) {
    if (!(error instanceof QBError)) throw error;
    return { tried: true, failure: error };
  }
}
