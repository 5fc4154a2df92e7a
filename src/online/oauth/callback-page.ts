import { createHash } from "node:crypto";

/** What the browser shows at the end. */
export interface CallbackPage {
  readonly status: number;
  readonly html: string;
}

const STYLE =
  ":root{color-scheme:light dark}" +
  "body{font:1.1rem/1.6 system-ui,sans-serif;margin:0;padding:12vh 1.5rem 2rem;color:#1d2125;background:#f7f8f9}" +
  "main{max-width:34rem;margin:auto;overflow-wrap:anywhere}" +
  "h1{font-size:1.6rem;line-height:1.25;margin:0 0 1rem;padding-left:.8rem;border-left:.35rem solid #0b7a3e}" +
  "h1.bad{border-color:#b3261e}" +
  "@media(prefers-color-scheme:dark){body{color:#e6e8ea;background:#16191c}h1{border-color:#4cc38a}h1.bad{border-color:#ff8a80}}";

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** No script, nothing from elsewhere, kept nowhere, and what the address holds is told to nobody. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = Object.freeze({
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
});

export function connectedPage(companyId: string | undefined): CallbackPage {
  const company =
    companyId === undefined
      ? "The company is connected."
      : `The company with the id ${companyId} is connected.`;
  return page(200, "Connected to QuickBooks Online", [company, "You can close this window."]);
}

export function refusedPage(advice: string): CallbackPage {
  return page(200, "Not connected", [
    "The connection to QuickBooks Online was not agreed to, so nothing was connected.",
    `Start again in the program that opened this page. ${advice}`,
    "You can close this window.",
  ]);
}

export function failedPage(reason: string, advice: string): CallbackPage {
  return page(200, "Not connected", [
    "Something went wrong, so QuickBooks Online was not connected.",
    reason,
    advice,
    "You can close this window.",
  ]);
}

/** For a callback that belongs to no login that is waited for: a stale tab, or an attack. */
export function foreignPage(): CallbackPage {
  return page(400, "This is not the login that is waited for", [
    "Nothing was changed. Use the browser window that was opened last, or start again in the program that opened it.",
  ]);
}

export function plainPage(status: number, title: string): CallbackPage {
  return page(status, title, []);
}

function page(status: number, title: string, paragraphs: readonly string[]): CallbackPage {
  const mark = status === 200 && title.startsWith("Connected") ? "" : ' class="bad"';
  const text = paragraphs.map((paragraph) => `<p>${escaped(paragraph)}</p>`).join("\n");
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1${mark}>${escaped(title)}</h1>
${text}
</main>
</body>
</html>
`;
  return { status, html };
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
