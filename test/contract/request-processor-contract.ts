import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { QBError, type QuickBooksSession, type QuickBooksSettings, type RequestProcessor } from "qbconnector";
import { readElement } from "qbconnector/qbxml";
import {
  answerSet,
  answerText,
  messageSet,
  response,
  responses,
  SETTINGS,
} from "../support/quickbooks-requests.js";

const HOST = "<HostQueryRq/>";
/** Well-formed, of an object that no company file has. */
const NO_SUCH_CUSTOMER =
  "<ListDelRq><ListDelType>Customer</ListDelType><ListID>7FFFFFFF-1</ListID></ListDelRq>";

/** What every request processor must do, whatever stands behind it. The company it opens is one for tests. */
export function describeRequestProcessor(name: string, factory: () => RequestProcessor): void {
  async function withSession(
    work: (session: QuickBooksSession) => Promise<void>,
    settings: Partial<QuickBooksSettings> = {},
  ): Promise<void> {
    const session = await factory().open({ ...SETTINGS, ...settings });
    try {
      await work(session);
    } finally {
      await session.close();
    }
  }

  describe(`request processor: ${name}`, () => {
    describe("open", () => {
      it("names the company file that is really open", () =>
        withSession(async (session) => assert.match(session.companyFile, /\.qb[wm]$/i)));

      it("refuses an empty application name", () =>
        rejectsWith("0x80040415", factory().open({ ...SETTINGS, applicationName: "" })));

      it("refuses a company file that does not exist", () =>
        rejectsWith("0x80040403", factory().open({ ...SETTINGS, companyFile: "C:\\Nowhere\\Missing.qbw" })));

      it("opens the same file again by its name", async () => {
        const processor = factory();
        const first = await processor.open(SETTINGS);
        await first.close();
        const second = await processor.open({ ...SETTINGS, companyFile: first.companyFile });
        assert.equal(second.companyFile, first.companyFile);
        await second.close();
      });
    });

    describe("process", () => {
      it("answers with a response document that carries no qbxml instruction", () =>
        withSession(async (session) => {
          const text = await answerText(session, messageSet(HOST));
          assert.match(text, /^<\?xml version="1\.0" ?\?>\s*<QBXML>/);
          assert.equal(readElement(text).children[0]?.name, "QBXMLMsgsRs");
        }));

      it("answers requests in their order and gives their ids back", () =>
        withSession(async (session) => {
          const set = '<HostQueryRq requestID="first"/><CompanyQueryRq/><HostQueryRq requestID="dGhpcmQ="/>';
          const results = await responses(session, set);
          assert.deepEqual(
            results.map(({ name: of }) => of),
            ["HostQueryRs", "CompanyQueryRs", "HostQueryRs"],
          );
          assert.deepEqual(
            results.map(({ attributes }) => attributes["requestID"]),
            ["first", undefined, "dGhpcmQ="],
          );
        }));

      it("reports success as status 0", () =>
        withSession(async (session) => {
          const { attributes } = await response(session, HOST);
          assert.deepEqual(
            { ...attributes },
            { statusCode: "0", statusSeverity: "Info", statusMessage: "Status OK" },
          );
        }));

      it("answers an empty message set with an empty one", () =>
        withSession(async (session) => assert.deepEqual(await responses(session, ""), [])));

      const unreadable: readonly (readonly [string, string])[] = [
        ["an unknown request", "<NoSuchQueryRq/>"],
        ["an unknown element", "<HostQueryRq><NoSuchElement/></HostQueryRq>"],
        [
          "elements in the wrong order",
          "<ListDelRq><ListID>1-1</ListID><ListDelType>Customer</ListDelType></ListDelRq>",
        ],
        ["a missing element", "<ListDelRq><ListDelType>Customer</ListDelType></ListDelRq>"],
      ];
      for (const [what, request] of unreadable) {
        it(`fails as a whole for ${what}`, () =>
          withSession((session) => rejectsWith("0x80040400", session.process(messageSet(HOST + request)))));
      }

      it("fails for text that is not XML", () =>
        withSession((session) =>
          rejectsWith("0x80040400", session.process({ ...messageSet(HOST), text: "<QBXML><oops" })),
        ));

      it("fails for a qbXML version that does not exist", () =>
        withSession((session) =>
          rejectsWith("0x80040423", session.process(messageSet(HOST, { version: "99.0" }))),
        ));

      it("does not roll back", () =>
        withSession((session) =>
          rejectsWith(
            "0x80040413",
            session.process(messageSet(HOST, { attributes: 'onError="rollbackOnError"' })),
          ),
        ));

      it("still works after a set that failed", () =>
        withSession(async (session) => {
          await assert.rejects(session.process(messageSet("<NoSuchQueryRq/>")));
          assert.equal((await response(session, HOST)).attributes["statusCode"], "0");
        }));
    });

    describe("onError", () => {
      it("continueOnError goes on after a request that failed", () =>
        withSession(async (session) => {
          const [failed, next] = await responses(session, NO_SUCH_CUSTOMER + HOST);
          assert.equal(failed?.attributes["statusSeverity"], "Error");
          assert.equal(next?.attributes["statusCode"], "0");
        }));

      it("stopOnError does not do the requests after it", () =>
        withSession(async (session) => {
          const attributes = 'onError="stopOnError"';
          const [failed, next] = await responses(session, NO_SUCH_CUSTOMER + HOST, { attributes });
          assert.equal(failed?.attributes["statusSeverity"], "Error");
          assert.notEqual(next?.attributes["statusCode"], "0");
        }));
    });

    it("responseData includeNone leaves only the statuses", () =>
      withSession(async (session) => {
        const attributes = 'onError="continueOnError" responseData="includeNone"';
        const set = await answerSet(session, HOST, { attributes });
        assert.equal(set.children[0]?.attributes["statusCode"], "0");
        assert.deepEqual(set.children[0]?.children, []);
      }));

    it("a read-only session refuses to write", () =>
      withSession(
        async (session) => {
          const request = "<CustomerAddRq><CustomerAdd><Name>Read only</Name></CustomerAdd></CustomerAddRq>";
          assert.equal((await response(session, request)).attributes["statusSeverity"], "Error");
        },
        { readOnly: true },
      ));

    describe("close", () => {
      it("may be called twice", async () => {
        const session = await factory().open(SETTINGS);
        await session.close();
        await session.close();
      });

      it("leaves no session to process with", async () => {
        const session = await factory().open(SETTINGS);
        await session.close();
        await rejectsWith("0x8004040C", session.process(messageSet(HOST)));
      });
    });

    it("ends a call whose signal has aborted", () =>
      withSession(async (session) => {
        const call = session.process(messageSet(HOST), { signal: AbortSignal.abort() });
        await assert.rejects(call, (error) => error instanceof QBError && error.code === "QB_ABORTED");
      }));
  });
}

async function rejectsWith(hresult: string, call: Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error) => error instanceof QBError && error.hresult === hresult);
}
